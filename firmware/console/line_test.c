#include "line.h"

#include "check.h"
#include "script_platform.h"

enum { CAPACITY = 16 };

void line_test(void);

static struct script script;
static struct ternel_platform platform;
static struct line_reader reader;

/// Reads the only line of an input and compares line and echo.
static void expect(const char *input, enum line_result result, const char *line, const char *echo) {
    char buffer[CAPACITY];
    size_t length = 0;
    script_start(&script, input, strlen(input));
    reader = (struct line_reader){.platform = &platform};
    CHECK_EQUAL(line_read(&reader, buffer, sizeof buffer, &length, true), result);
    if (result == LINE_READY) {
        CHECK_TEXT(buffer, line);
        CHECK_EQUAL(length, strlen(line));
    }
    CHECK_TEXT(script.output, echo);
}

static void test_editing(void) {
    expect("abc\n", LINE_READY, "abc", "abc\n");
    expect("abc\r", LINE_READY, "abc", "abc\n");
    expect("abcd\x7f\n", LINE_READY, "abc", "abcd\b \b\n");
    expect("abc\b\b\b\bx\n", LINE_READY, "x", "abc\b \b\b \b\b \bx\n");
    // A backspace takes a whole character, however many bytes it has.
    expect("a\xc3\xa4\x7f"
           "b\n",
           LINE_READY, "ab", "a\xc3\xa4\b \bb\n");
    expect("\xe2\x82\xac\xf0\x9f\x8e\x88\b\b\n", LINE_READY, "", "\xe2\x82\xac\xf0\x9f\x8e\x88\b \b\b \b\n");
    expect("abc\x15xy\n", LINE_READY, "xy", "abc\b \b\b \b\b \bxy\n");
    // Cursor keys and other control characters leave no trace.
    expect("a\x1b[Ab\x1b[1;5Cc\x1bOPd\x01\n", LINE_READY, "abcd", "abcd\n");
    expect("a\tb\n", LINE_READY, "a\tb", "a\tb\n");
    expect("abc\x03", LINE_CANCELLED, "", "abc^C\n");
    expect("", LINE_END, "", "");
    // The last line needs no end.
    expect("abc", LINE_READY, "abc", "abc\n");
}

static void test_bounds(void) {
    expect("123456789012345\n", LINE_READY, "123456789012345", "123456789012345\n");
    expect("1234567890123456\n", LINE_TOO_LONG, "", "123456789012345\a\n");
    // Ctrl+U makes room, and the line is good again.
    expect(
        "1234567890123456\x15ok\n", LINE_READY, "ok",
        "123456789012345\a\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \bok\n");
}

/// Lines end at CR, LF or CRLF, and no CRLF makes an empty line of its own.
static void test_line_ends(void) {
    char buffer[CAPACITY];
    size_t length;
    static const char input[] = "a\r\nb\nc\rd\r\n\n";
    script_start(&script, input, sizeof input - 1);
    reader = (struct line_reader){.platform = &platform};
    static const char *const lines[] = {"a", "b", "c", "d", ""};
    for (size_t index = 0; index < sizeof lines / sizeof lines[0]; index++) {
        CHECK_EQUAL(line_read(&reader, buffer, sizeof buffer, &length, false), LINE_READY);
        CHECK_TEXT(buffer, lines[index]);
    }
    CHECK_EQUAL(line_read(&reader, buffer, sizeof buffer, &length, false), LINE_END);
    CHECK_EQUAL(script.output_size, 0);
}

/// A zero or any other byte from outside cannot end a line early.
static void test_zero(void) {
    char buffer[CAPACITY];
    size_t length;
    static const char input[] = {'a', 0, 'b', '\n'};
    script_start(&script, input, sizeof input);
    reader = (struct line_reader){.platform = &platform};
    CHECK_EQUAL(line_read(&reader, buffer, sizeof buffer, &length, false), LINE_READY);
    CHECK_TEXT(buffer, "ab");
}

static void test_type_ahead(void) {
    char buffer[CAPACITY];
    size_t length;
    static const char input[] = "next\n\x03rest\n";
    script_start(&script, input, sizeof input - 1);
    reader = (struct line_reader){.platform = &platform};
    CHECK(!line_interrupted(&reader));
    script.ready = 2;
    CHECK(!line_interrupted(&reader));
    script.ready = 4;
    CHECK(line_interrupted(&reader));
    CHECK_EQUAL(line_read(&reader, buffer, sizeof buffer, &length, false), LINE_READY);
    CHECK_TEXT(buffer, "next");
    CHECK_EQUAL(line_read(&reader, buffer, sizeof buffer, &length, false), LINE_READY);
    CHECK_TEXT(buffer, "rest");
}

/// More type-ahead than there is room for stays where it is.
static void test_type_ahead_full(void) {
    static char input[2 * CONSOLE_TYPE_AHEAD_BYTES];
    char buffer[CAPACITY];
    size_t length;
    memset(input, '\n', sizeof input);
    script_start(&script, input, sizeof input);
    reader = (struct line_reader){.platform = &platform};
    script.ready = sizeof input;
    CHECK(!line_interrupted(&reader));
    CHECK(!line_interrupted(&reader));
    CHECK_EQUAL(script.size, CONSOLE_TYPE_AHEAD_BYTES);
    for (size_t index = 0; index < sizeof input; index++) {
        CHECK_EQUAL(line_read(&reader, buffer, sizeof buffer, &length, false), LINE_READY);
        CHECK_EQUAL(length, 0);
    }
    CHECK_EQUAL(line_read(&reader, buffer, sizeof buffer, &length, false), LINE_END);
}

void line_test(void) {
    platform = script_platform(&script);
    test_editing();
    test_bounds();
    test_line_ends();
    test_zero();
    test_type_ahead();
    test_type_ahead_full();
}

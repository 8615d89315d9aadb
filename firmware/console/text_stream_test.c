#include "text_stream.h"

#include "check.h"

void text_stream_test(void);

static char collected[256];
static size_t pieces;

static void collect(void *context, const uint8_t *bytes, size_t size) {
    const size_t length = strlen(collected);
    (void)context;
    CHECK(size >= 1 && size <= 4 && length + size < sizeof collected);
    memcpy(collected + length, bytes, size);
    collected[length + size] = 0;
    pieces++;
}

/// Feeds the text byte by byte, and as one piece: both give whole characters.
static void expect(const char *text, const char *result, size_t characters) {
    for (int whole = 0; whole < 2; whole++) {
        struct text_stream stream = {.emit = collect};
        collected[0] = 0;
        pieces = 0;
        if (whole != 0) {
            text_stream_put(&stream, (const uint8_t *)text, strlen(text));
        } else {
            for (const char *at = text; *at != 0; at++) {
                text_stream_put(&stream, (const uint8_t *)at, 1);
            }
        }
        text_stream_end(&stream);
        CHECK_TEXT(collected, result);
        CHECK_EQUAL(pieces, characters);
    }
}

void text_stream_test(void) {
    static const char bad[] = "\xef\xbf\xbd";
    char three_bad[10];
    snprintf(three_bad, sizeof three_bad, "%s%s%s", bad, bad, bad);
    expect("abc", "abc", 3);
    expect("\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\x88", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\x88", 3);
    // The expectations are those of TextDecoder.
    expect("\x80", bad, 1);
    expect("\xc3", bad, 1);
    expect("\xe2\x82", bad, 1);
    expect("\xf0\x9f\x8e", bad, 1);
    expect("\xe2\x82"
           "A",
           "\xef\xbf\xbd"
           "A",
           2);
    expect("\xe2\xe2\x82\xac", "\xef\xbf\xbd\xe2\x82\xac", 2);
    expect("\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", 2);
    expect("\xed\xa0\x80", three_bad, 3);
    expect("\xf0\x9f\xc3\xa4", "\xef\xbf\xbd\xc3\xa4", 2);
    expect("\xf4\x90\x80", three_bad, 3);
}

#include "arguments.h"

#include "check.h"

void arguments_test(void);

static void test_numbers(void) {
    static const struct {
        const char *text;
        uint64_t max;
        bool good;
        uint64_t value;
    } cases[] = {
        {"0", 0, true, 0},
        {" 42", 100, true, 42},
        {"100", 100, true, 100},
        {"101", 100, false, 0},
        {"", 100, false, 0},
        {"-1", 100, false, 0},
        {"1x", 100, false, 0},
        {"5", 3, false, 0},
        {"0000000000000000000000000000007", 9, true, 7},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"99999999999999999999999999999", UINT64_MAX, false, 0},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const char *at = cases[index].text;
        uint64_t value = 0;
        CHECK_EQUAL(argument_number(&at, cases[index].max, &value), cases[index].good);
        if (cases[index].good) {
            CHECK_EQUAL(value, cases[index].value);
            CHECK(argument_end(at));
        }
    }
}

static void test_thousandths(void) {
    static const struct {
        const char *text;
        bool good;
        uint32_t value;
    } cases[] = {
        {"0", true, 0},          {"0.7", true, 700},    {"1", true, 1000},       {"1.000", true, 1000},
        {"0.001", true, 1},      {"10", true, 10000},   {"10.000", true, 10000}, {"10.001", false, 0},
        {"11", false, 0},        {"0.", false, 0},      {".5", false, 0},        {"0.0001", false, 0},
        {"0.7x", false, 0},      {"1e1", false, 0},     {"-0.5", false, 0},      {"", false, 0},
        {"4294967.3", false, 0}, {"9.999", true, 9999},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const char *at = cases[index].text;
        uint32_t value = 0;
        CHECK_EQUAL(argument_thousandths(&at, 10000, &value), cases[index].good);
        if (cases[index].good) {
            CHECK_EQUAL(value, cases[index].value);
        }
    }
}

static void test_words(void) {
    const char *at = "  matvec 3";
    uint64_t value;
    CHECK(!argument_word(&at, "mat"));
    CHECK(!argument_word(&at, "matvecs"));
    CHECK(argument_word(&at, "matvec"));
    CHECK(!argument_end(at));
    CHECK(argument_number(&at, 9, &value));
    CHECK(argument_end(at));
}

static void expect_json(const char *text, const char *decoded) {
    uint8_t out[64];
    size_t size = 0;
    const char *at = text;
    CHECK(strlen(text) <= sizeof out);
    const bool good = argument_json(&at, out, &size);
    CHECK_EQUAL(good, decoded != NULL);
    if (decoded != NULL) {
        CHECK_EQUAL(size, strlen(decoded));
        CHECK(memcmp(out, decoded, size) == 0);
    }
}

static void test_json(void) {
    expect_json("\"\"", "");
    expect_json(" \"Once upon\"", "Once upon");
    expect_json("\"a\\\"b\\\\c\\/d\\n\\t\\r\\b\\f\"", "a\"b\\c/d\n\t\r\b\f");
    expect_json("\"\\u0041\\u00e4\\u20ac\\ud83c\\udf88\"", "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\x88");
    expect_json("\"\\u00C3\\uFFFD\"", "\xc3\x83\xef\xbf\xbd");
    expect_json("\"\xc3\xa4\xf0\x9f\x8e\x88\"", "\xc3\xa4\xf0\x9f\x8e\x88");
    static const char *const bad[] = {
        "",
        "\"",
        "abc",
        "\"abc",
        "\"\\",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud83c\"",
        "\"\\ud83cx\"",
        "\"\\udf88\"",
        "\"\\ud83c\\u0041\"",
        "\"a\tb\"",
        "\"\xff\"",
        "\"\xc3\"",
        "\"\xed\xa0\x80\"",
        "\"a\"b",
    };
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        expect_json(bad[index], NULL);
    }
    // A zero is a character like any other.
    uint8_t out[8];
    size_t size;
    const char *at = "\"a\\u0000b\"";
    CHECK(argument_json(&at, out, &size));
    CHECK_EQUAL(size, 3);
    CHECK_EQUAL(out[1], 0);
}

void arguments_test(void) {
    test_numbers();
    test_thousandths();
    test_words();
    test_json();
}

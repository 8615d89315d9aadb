#include "utf8.h"

#include <string.h>

#include "testing.h"

static size_t encode(uint32_t point, uint8_t *bytes) {
    if (point < 0x80) {
        bytes[0] = (uint8_t)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; point >>= 6) {
        bytes[i] = (uint8_t)(0x80 | (point & 63));
    }
    bytes[0] = (uint8_t)(0xf00 >> length | point); // the mark of the length: 110, 1110, 11110
    return length;
}

/// Every code point decodes to itself, and its beginnings are unfinished.
static void test_all_points(void) {
    for (uint32_t point = 0; point < 0x110000; point++) {
        uint8_t bytes[4];
        uint32_t got = 0;
        size_t length = encode(point, bytes);
        bool surrogate = point >= 0xd800 && point < 0xe000;
        size_t expected = surrogate ? 0 : length;
        if (ternel_utf8_decode(bytes, 4, &got) != expected || (!surrogate && got != point)) {
            EXPECT(!"a code point does not decode to itself");
        }
        for (size_t cut = 1; cut < length && !surrogate; cut++) {
            if (ternel_utf8_decode(bytes, cut, &got) != 0 || ternel_utf8_unfinished(bytes, cut) != cut) {
                EXPECT(!"a cut character is not unfinished");
            }
        }
        if (!surrogate && ternel_utf8_unfinished(bytes, length) != 0) {
            EXPECT(!"a whole character is unfinished");
        }
    }
}

/// All sequences of four bytes from values around the borders: what decodes must be the encoding of a code
/// point.
static void test_malformed(void) {
    static const uint8_t values[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                                     0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
                                     0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff};
    enum { VALUES = sizeof values };
    for (uint32_t i = 0; i < VALUES * VALUES * VALUES * VALUES; i++) {
        const uint8_t bytes[4] = {values[i % VALUES], values[i / VALUES % VALUES],
                                  values[i / VALUES / VALUES % VALUES], values[i / VALUES / VALUES / VALUES]};
        uint8_t again[4];
        uint32_t point = 0;
        size_t length = ternel_utf8_decode(bytes, 4, &point);
        if (length != 0 && (encode(point, again) != length || memcmp(bytes, again, length) != 0)) {
            EXPECT(!"something else than UTF-8 was decoded");
        }
    }
}

void test_utf8(void) {
    uint32_t point = 0;
    EXPECT(ternel_utf8_decode(NULL, 0, &point) == 0 && ternel_utf8_unfinished(NULL, 0) == 0);
    EXPECT(ternel_utf8_unfinished((const uint8_t *)"a\xe2\x82", 3) == 2);
    EXPECT(ternel_utf8_unfinished((const uint8_t *)"a\x82\x82", 3) == 0);
    test_all_points();
    test_malformed();
}

#include "base64.h"

#include "check.h"

void base64_test(void);

void base64_test(void) {
    // RFC 4648, section 10, and every value of six bits.
    static const struct {
        const char *text;
        const char *bytes;
    } good[] = {
        {"Zg==", "f"},          {"Zm8=", "fo"},        {"Zm9v", "foo"},
        {"  Zm9vYg==", "foob"}, {"Zm9vYmE=", "fooba"}, {"Zm9vYmFy tail", "foobar"},
    };
    static const char *const bad[] = {
        "",     " ",    "Z",    "Zg",           "Zg=",  "Zg===",   "Z===",  "====",
        "Zh==", "Zm9=", "Z.==", "Zm9vZg==Zg==", "Zg=v", "Zm\x80v", "Zm9v=", "-_-_"};
    uint8_t out[64];
    size_t size;
    for (size_t index = 0; index < sizeof good / sizeof good[0]; index++) {
        const char *at = good[index].text;
        CHECK(base64_decode(&at, out, sizeof out, &size));
        CHECK_EQUAL(size, strlen(good[index].bytes));
        CHECK(memcmp(out, good[index].bytes, size) == 0);
        CHECK(*at == 0 || *at == ' ');
    }
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        const char *at = bad[index];
        CHECK(!base64_decode(&at, out, sizeof out, &size));
    }
    const char *all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    CHECK(base64_decode(&all, out, 48, &size) && size == 48);
    uint32_t value = 0;
    for (uint32_t bit = 0; bit < 48 * 8; bit++) {
        value = value << 1 | (out[bit / 8] >> (7 - bit % 8) & 1);
        if (bit % 6 == 5) {
            CHECK_EQUAL(value & 63, bit / 6);
        }
    }
    // One byte more than there is room for; nothing behind the room is touched.
    const char *long_one = "Zm9vYmE=";
    out[4] = 0x55;
    CHECK(!base64_decode(&long_one, out, 4, &size));
    CHECK_EQUAL(out[4], 0x55);
}

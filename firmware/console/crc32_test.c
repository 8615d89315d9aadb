#include "crc32.h"

#include "check.h"

void crc32_test(void);

/// Bit by bit, by the definition: the remainder of the reflected message.
static uint32_t by_definition(const uint8_t *bytes, size_t size) {
    uint32_t remainder = UINT32_MAX;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        const uint32_t out = (remainder ^ (uint32_t)(bytes[bit / 8] >> bit % 8)) & 1;
        remainder = remainder >> 1 ^ (out != 0 ? 0xedb88320 : 0);
    }
    return ~remainder;
}

void crc32_test(void) {
    uint8_t bytes[256];
    for (uint32_t at = 0; at < sizeof bytes; at++) {
        bytes[at] = (uint8_t)(at * 37 + 11);
    }
    CHECK_EQUAL(crc32((const uint8_t *)"123456789", 9), 0xcbf43926); // the check value of the CRC catalogues
    CHECK_EQUAL(crc32(bytes, 0), 0);
    for (size_t size = 1; size <= sizeof bytes; size++) {
        CHECK_EQUAL(crc32(bytes, size), by_definition(bytes, size));
    }
}

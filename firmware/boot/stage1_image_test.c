#include "stage1_image.h"

#include "bytes.h"
#include "check.h"
#include "ternel_configuration.h"
#include "ternel_flash_map.h"

enum { BUILD_ID = 0x1234abcd, LENGTH = 4096 };

void stage1_image_test(void);

static void good_header(uint8_t header[TERNEL_STAGE1_HEADER_BYTES]) {
    memset(header, 0, TERNEL_STAGE1_HEADER_BYTES);
    ternel_write_u32(header + TERNEL_STAGE1_MAGIC_OFFSET, TERNEL_STAGE1_MAGIC);
    ternel_write_u32(header + TERNEL_STAGE1_VERSION_OFFSET, TERNEL_STAGE1_VERSION);
    ternel_write_u32(header + TERNEL_STAGE1_LENGTH_OFFSET, LENGTH);
    ternel_write_u32(header + TERNEL_STAGE1_BUILD_ID_OFFSET, BUILD_ID);
    ternel_write_u32(header + TERNEL_STAGE1_ENTRY_OFFSET, TERNEL_STAGE1_ORIGIN + TERNEL_STAGE1_HEADER_BYTES);
}

/// The error of the good header with one word changed.
static enum ternel_error with_word(uint32_t offset, uint32_t value) {
    uint8_t header[TERNEL_STAGE1_HEADER_BYTES];
    struct stage1_image image;
    good_header(header);
    ternel_write_u32(header + offset, value);
    return stage1_image_read(header, BUILD_ID, &image);
}

static void test_words(void) {
    const uint32_t payload = TERNEL_STAGE1_ORIGIN + TERNEL_STAGE1_HEADER_BYTES;
    const uint32_t limit = TERNEL_FLASH_SLOT_A_BYTES - TERNEL_STAGE1_HEADER_BYTES;
    CHECK_EQUAL(with_word(TERNEL_STAGE1_LENGTH_OFFSET, 64), TERNEL_OK);
    CHECK_EQUAL(with_word(TERNEL_STAGE1_LENGTH_OFFSET, limit), TERNEL_OK);
    CHECK_EQUAL(with_word(TERNEL_STAGE1_LENGTH_OFFSET, limit + 64), TERNEL_ERROR_IMAGE_LENGTH);
    CHECK_EQUAL(with_word(TERNEL_STAGE1_LENGTH_OFFSET, 0), TERNEL_ERROR_IMAGE_LENGTH);
    CHECK_EQUAL(with_word(TERNEL_STAGE1_LENGTH_OFFSET, UINT32_MAX - 63), TERNEL_ERROR_IMAGE_LENGTH);
    CHECK_EQUAL(with_word(TERNEL_STAGE1_ENTRY_OFFSET, payload + LENGTH - 4), TERNEL_OK);
    CHECK_EQUAL(with_word(TERNEL_STAGE1_ENTRY_OFFSET, payload + LENGTH), TERNEL_ERROR_IMAGE_ENTRY);
    CHECK_EQUAL(with_word(TERNEL_STAGE1_ENTRY_OFFSET, payload - 4), TERNEL_ERROR_IMAGE_ENTRY);
    CHECK_EQUAL(with_word(TERNEL_STAGE1_ENTRY_OFFSET, 0), TERNEL_ERROR_IMAGE_ENTRY);
    CHECK_EQUAL(with_word(TERNEL_STAGE1_ENTRY_OFFSET, payload + 2), TERNEL_ERROR_IMAGE_ENTRY);
}

/// The only error that a flipped byte at this place may give.
static enum ternel_error expected_error(uint32_t at) {
    return at < TERNEL_STAGE1_VERSION_OFFSET    ? TERNEL_ERROR_IMAGE_MAGIC
           : at < TERNEL_STAGE1_LENGTH_OFFSET   ? TERNEL_ERROR_IMAGE_VERSION
           : at < TERNEL_STAGE1_BUILD_ID_OFFSET ? TERNEL_ERROR_IMAGE_LENGTH
           : at < TERNEL_STAGE1_ENTRY_OFFSET    ? TERNEL_ERROR_IMAGE_BUILD
                                                : TERNEL_ERROR_IMAGE_ENTRY;
}

/// Every byte of the header, every other value: refused with the code of its field, or left to the hash.
static void test_every_byte(void) {
    for (uint32_t at = 0; at < TERNEL_STAGE1_HEADER_BYTES; at++) {
        for (uint32_t flip = 1; flip < 256; flip++) {
            uint8_t header[TERNEL_STAGE1_HEADER_BYTES];
            struct stage1_image image;
            good_header(header);
            header[at] ^= (uint8_t)flip;
            const enum ternel_error error = stage1_image_read(header, BUILD_ID, &image);
            if (error != TERNEL_OK) {
                CHECK_EQUAL(error, expected_error(at));
                continue;
            }
            // Accepted: only where the hash, which covers the header, is the check.
            CHECK(at >= TERNEL_STAGE1_LENGTH_OFFSET &&
                  (at < TERNEL_STAGE1_BUILD_ID_OFFSET || at >= TERNEL_STAGE1_ENTRY_OFFSET));
            CHECK(image.total_bytes <= TERNEL_FLASH_SLOT_A_BYTES && image.payload_bytes % 64 == 0);
            CHECK(image.entry >= TERNEL_STAGE1_ORIGIN + TERNEL_STAGE1_HEADER_BYTES);
            CHECK(image.entry < TERNEL_STAGE1_ORIGIN + image.total_bytes);
        }
    }
}

enum { EMPTY = -1, DAMAGED = -2 };

/// A slot with this sequence number, an erased one, or one of another build.
static void slot(uint8_t header[TERNEL_STAGE1_HEADER_BYTES], int64_t sequence) {
    good_header(header);
    ternel_write_u32(header + TERNEL_STAGE1_SEQUENCE_OFFSET, (uint32_t)sequence);
    if (sequence == EMPTY) {
        memset(header, 0xff, TERNEL_STAGE1_HEADER_BYTES);
    } else if (sequence == DAMAGED) {
        ternel_write_u32(header + TERNEL_STAGE1_BUILD_ID_OFFSET, BUILD_ID + 1);
    }
}

static struct stage1_slots slots(int64_t a, int64_t b) {
    uint8_t slot_a[TERNEL_STAGE1_HEADER_BYTES];
    uint8_t slot_b[TERNEL_STAGE1_HEADER_BYTES];
    struct stage1_slots read;
    slot(slot_a, a);
    slot(slot_b, b);
    stage1_slots_read(slot_a, slot_b, BUILD_ID, &read);
    return read;
}

static void test_slots(void) {
    static const struct {
        int64_t a;
        int64_t b;
        uint32_t first;
        enum ternel_error error;
    } cases[] = {
        {0, 0, 0, TERNEL_OK},
        {0, 1, 1, TERNEL_OK},
        {2, 1, 0, TERNEL_OK},
        {0, UINT32_MAX, 1, TERNEL_OK},
        {UINT32_MAX, 0, 0, TERNEL_OK},
        {5, EMPTY, 0, TERNEL_OK},
        {EMPTY, 5, 1, TERNEL_OK},
        {DAMAGED, 0, 1, TERNEL_OK},
        {0, DAMAGED, 0, TERNEL_OK},
        {EMPTY, EMPTY, 1, TERNEL_ERROR_IMAGE_MAGIC},
        {DAMAGED, EMPTY, 0, TERNEL_ERROR_IMAGE_BUILD},
        {EMPTY, DAMAGED, 1, TERNEL_ERROR_IMAGE_BUILD},
        {DAMAGED, DAMAGED, 0, TERNEL_ERROR_IMAGE_BUILD},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const struct stage1_slots read = slots(cases[index].a, cases[index].b);
        CHECK_EQUAL(read.first, cases[index].first);
        CHECK_EQUAL(read.errors[read.first], cases[index].error);
        if (read.errors[read.first] == TERNEL_OK) {
            const int64_t sequence = read.first == 0 ? cases[index].a : cases[index].b;
            CHECK_EQUAL(read.images[read.first].sequence, (uint32_t)sequence);
        }
    }
}

/// An erased flash and an empty one.
static void test_blank(void) {
    uint8_t header[TERNEL_STAGE1_HEADER_BYTES];
    struct stage1_image image;
    memset(header, 0xff, sizeof header);
    CHECK_EQUAL(stage1_image_read(header, BUILD_ID, &image), TERNEL_ERROR_IMAGE_MAGIC);
    memset(header, 0, sizeof header);
    CHECK_EQUAL(stage1_image_read(header, BUILD_ID, &image), TERNEL_ERROR_IMAGE_MAGIC);
}

void stage1_image_test(void) {
    test_words();
    test_every_byte();
    test_blank();
    test_slots();
}

#include "stage1_image.h"

#include "bytes.h"
#include "ternel_configuration.h"
#include "ternel_flash_map.h"

_Static_assert(TERNEL_STAGE1_HEADER_BYTES == 64, "the header is one block of SHA-256");
_Static_assert(TERNEL_STAGE1_SHA256_OFFSET + 32 == TERNEL_STAGE1_HEADER_BYTES, "the digest ends the header");
_Static_assert(TERNEL_FLASH_SLOT_A_BYTES == TERNEL_FLASH_SLOT_B_BYTES, "a stage 1 fits either slot");
_Static_assert(TERNEL_STAGE1_ORIGIN % 64 == 0, "the hash unit reads whole blocks");

/// The smaller of the flash region and the DRAM room, without the header.
static const uint32_t payload_limit =
    (TERNEL_FLASH_SLOT_A_BYTES < TERNEL_STAGE1_BYTES ? TERNEL_FLASH_SLOT_A_BYTES : TERNEL_STAGE1_BYTES) -
    TERNEL_STAGE1_HEADER_BYTES;

enum ternel_error stage1_image_read(const uint8_t *header, uint32_t build_id, struct stage1_image *image) {
    if (ternel_read_u32(header + TERNEL_STAGE1_MAGIC_OFFSET) != TERNEL_STAGE1_MAGIC) {
        return TERNEL_ERROR_IMAGE_MAGIC;
    }
    if (ternel_read_u32(header + TERNEL_STAGE1_VERSION_OFFSET) != TERNEL_STAGE1_VERSION) {
        return TERNEL_ERROR_IMAGE_VERSION;
    }
    const uint32_t length = ternel_read_u32(header + TERNEL_STAGE1_LENGTH_OFFSET);
    if (length == 0 || length % 64 != 0 || length > payload_limit) {
        return TERNEL_ERROR_IMAGE_LENGTH;
    }
    if (ternel_read_u32(header + TERNEL_STAGE1_BUILD_ID_OFFSET) != build_id) {
        return TERNEL_ERROR_IMAGE_BUILD;
    }
    const uint32_t entry = ternel_read_u32(header + TERNEL_STAGE1_ENTRY_OFFSET);
    const uint32_t payload = TERNEL_STAGE1_ORIGIN + TERNEL_STAGE1_HEADER_BYTES;
    if (entry < payload || entry - payload >= length || entry % 4 != 0) {
        return TERNEL_ERROR_IMAGE_ENTRY;
    }
    *image = (struct stage1_image){
        .payload_bytes = length,
        .entry = entry,
        .total_bytes = TERNEL_STAGE1_HEADER_BYTES + length,
        .sequence = ternel_read_u32(header + TERNEL_STAGE1_SEQUENCE_OFFSET),
    };
    return TERNEL_OK;
}

void stage1_slots_read(const uint8_t *slot_a, const uint8_t *slot_b, uint32_t build_id,
                       struct stage1_slots *slots) {
    slots->errors[0] = stage1_image_read(slot_a, build_id, &slots->images[0]);
    slots->errors[1] = stage1_image_read(slot_b, build_id, &slots->images[1]);
    if (slots->errors[0] == TERNEL_OK && slots->errors[1] == TERNEL_OK) {
        slots->first = slots->images[1].sequence > slots->images[0].sequence ? 1 : 0;
    } else if (slots->errors[0] != TERNEL_OK && slots->errors[1] != TERNEL_OK) {
        slots->first = slots->errors[0] == TERNEL_ERROR_IMAGE_MAGIC ? 1 : 0;
    } else {
        slots->first = slots->errors[0] == TERNEL_OK ? 0 : 1;
    }
}

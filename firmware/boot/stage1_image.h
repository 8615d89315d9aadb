// Stage 1 as it lies in flash and, verbatim, in DRAM: a header of 64 bytes (boards/stage-header.ts), then the
// payload. Pure functions over bytes, so that host tests can feed them every damaged header.
#pragma once

#include <stdint.h>

#include "error.h"

struct stage1_image {
    uint32_t payload_bytes; ///< a multiple of 64
    uint32_t entry;         ///< CPU address inside the payload
    uint32_t total_bytes;   ///< header and payload
    uint32_t sequence;      ///< of two slots the higher one boots
};

enum { STAGE1_SLOTS = 2 };

/// What the headers of slots A and B say.
struct stage1_slots {
    enum ternel_error errors[STAGE1_SLOTS]; ///< why a slot cannot boot; images[] of one that can not is unset
    struct stage1_image images[STAGE1_SLOTS];
    /// The one to boot: of the valid ones the one with the higher sequence number, A where they are equal.
    /// Where none is valid, the one whose error tells more: an empty slot tells nothing.
    uint32_t first;
};

/// Checks a header before anything is copied by it: magic, version, length (against flash region and DRAM
/// room), build id, entry point.
enum ternel_error stage1_image_read(const uint8_t *header, uint32_t build_id,
                                    struct stage1_image *image) TERNEL_MUST_CHECK;

/// Reads both headers and chooses.
void stage1_slots_read(const uint8_t *slot_a, const uint8_t *slot_b, uint32_t build_id,
                       struct stage1_slots *slots);

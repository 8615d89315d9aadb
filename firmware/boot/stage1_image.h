// Stage 1 as it lies in flash and, verbatim, in DRAM: a header of 64 bytes (boards/stage-header.ts), then the
// payload. Pure functions over bytes, so that host tests can feed them every damaged header.
#pragma once

#include <stdint.h>

#include "error.h"

struct stage1_image {
    uint32_t payload_bytes; ///< a multiple of 64
    uint32_t entry;         ///< CPU address inside the payload
    uint32_t total_bytes;   ///< header and payload
};

/// Checks a header before anything is copied by it: magic, version, length (against flash region and DRAM
/// room), build id, entry point.
enum ternel_error stage1_image_read(const uint8_t *header, uint32_t build_id,
                                    struct stage1_image *image) TERNEL_MUST_CHECK;

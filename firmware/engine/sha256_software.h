// SHA-256 (FIPS 180-4) in plain C, for machines with neither Nettle nor the accelerator.
#pragma once

#include "platform.h"

struct sha256_software {
    uint32_t state[8];
    uint64_t size;     ///< bytes so far
    uint8_t block[64]; ///< size % 64 of them wait here
};

/// The hash functions over the caller's state.
struct ternel_sha256 sha256_software(struct sha256_software *state);

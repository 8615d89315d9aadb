// SHA-256 for the engine and the console, computed by the accelerator's hash unit.
#pragma once

#include <stdint.h>

#include "accelerator.h"

struct sha256_hardware {
    struct accelerator *accelerator;
    /// Brings DRAM up to date before the device reads it.
    void (*write_back)(void);
    uint8_t block[64];
    uint32_t used;           ///< bytes in `block`
    uint64_t bytes;          ///< of the message so far
    enum ternel_error error; ///< of the device, for the message so far
};

/// Functions of `struct ternel_sha256`; `context` is the struct sha256_hardware. A device that fails leaves a
/// digest of zeros, which no content has, and the reason in `error`.
void sha256_hardware_start(void *context);
void sha256_hardware_update(void *context, const uint8_t *bytes, size_t size);
/// update_shared: whole blocks in DRAM that no cache knows anything of.
bool sha256_hardware_update_shared(void *context, const uint8_t *bytes, size_t size);
void sha256_hardware_finish(void *context, uint8_t digest[TERNEL_SHA256_BYTES]);

// Driver of the accelerator (hw/accel/registers.ts): finding it, SHA-256, waiting, ending what hangs. Command
// lists are in accelerator_list.h. A device that does not answer ends in an error code, never in an endless
// loop.
#pragma once

#include <stdint.h>

#include "platform.h"

struct accelerator {
    uintptr_t window; ///< CPU address of the register window
    uintptr_t memory; ///< CPU address of DRAM's first byte: the device counts from there
    uint32_t memory_bytes;
    // Sizes of the hardware.
    uint32_t port_bytes;       ///< bytes of a DRAM port word
    uint32_t columns;          ///< tokens that share a pass over the weights
    uint32_t vector_elements;  ///< elements of a vector bank
    uint32_t state_elements;   ///< largest dimension
    uint32_t activation_bytes; ///< widest row of a matrix, in padded columns
    /// Called when a wait begins and now and then while it lasts; NULL: nothing else to do.
    void (*while_waiting)(void);
    uint32_t status_error; ///< STATUS.ERROR of the last start
};

/// Finds the accelerator and compares build ids. Errors: not found; built for another configuration.
enum ternel_error accelerator_open(struct accelerator *accelerator, uintptr_t window, uintptr_t memory,
                                   uint32_t memory_bytes, uint32_t build_id) TERNEL_MUST_CHECK;

/// A device register, by its offset in the window (ternel_registers.h).
uint32_t accelerator_read(const struct accelerator *accelerator, uint32_t offset);
void accelerator_write(const struct accelerator *accelerator, uint32_t offset, uint32_t value);

/// Waits until what was started has ended. Errors: what the device reports; no word of DRAM moved for too
/// long, after which the device was told to abort; those of accelerator_abort.
enum ternel_error accelerator_wait(struct accelerator *accelerator) TERNEL_MUST_CHECK;

/// Ends whatever runs. Error: it does not end, because reads of DRAM are never answered.
enum ternel_error accelerator_abort(struct accelerator *accelerator) TERNEL_MUST_CHECK;

/// Hashes `blocks` blocks of 64 bytes that lie in DRAM at CPU address `message` (a multiple of 64); `first`
/// begins a new message. No cache may hold newer bytes of them.
enum ternel_error accelerator_hash_memory(struct accelerator *accelerator, uintptr_t message, uint32_t blocks,
                                          bool first) TERNEL_MUST_CHECK;

/// Hashes one block that the CPU holds.
enum ternel_error accelerator_hash_block(struct accelerator *accelerator, const uint8_t block[64],
                                         bool first) TERNEL_MUST_CHECK;

/// The hash of the blocks so far, as the bytes of a SHA-256 digest.
void accelerator_digest(const struct accelerator *accelerator, uint8_t digest[TERNEL_SHA256_BYTES]);

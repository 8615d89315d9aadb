// Driver of the accelerator (hw/accel/registers.ts): matrix times vector and SHA-256, polled. A device that
// does not answer ends in an error code, never in an endless loop.
#pragma once

#include <stdint.h>

#include "platform.h"

/// The counters of the last command, as the register map describes them.
struct accelerator_counters {
    uint32_t cycles;
    uint32_t beats;
    uint32_t stall_weights;
    uint32_t stall_output;
    uint32_t stall_command;
    uint32_t stall_room;
    uint32_t stall_data;
};

struct accelerator {
    uintptr_t window; ///< CPU address of the register window
    uintptr_t memory; ///< CPU address of DRAM's first byte: the device counts from there
    uint32_t memory_bytes;
    uint32_t port_bytes;       ///< bytes of a DRAM port word: alignment of weights and columns
    uint32_t activation_bytes; ///< most columns of a matrix
    uint64_t busy_cycles;      ///< of all matrices so far
};

/// Finds the accelerator and compares build ids. Errors: not found; built for another configuration.
enum ternel_error accelerator_open(struct accelerator *accelerator, uintptr_t window, uintptr_t memory,
                                   uint32_t memory_bytes, uint32_t build_id) TERNEL_MUST_CHECK;

/// Whether a container packed for `column_align` columns and its widest matrix fit this hardware.
enum ternel_error accelerator_accepts(const struct accelerator *accelerator, uint32_t column_align,
                                      uint32_t widest) TERNEL_MUST_CHECK;

/// ternel_matvec's `multiply`; `context` is the struct accelerator. The matrix lies in DRAM and no cache
/// holds newer bytes of it. Results are fetched while the device computes.
enum ternel_error accelerator_multiply(void *context, const struct ternel_matrix *matrix,
                                       const int8_t *activation, uint16_t mantissa, uint8_t shift,
                                       int32_t *out) TERNEL_MUST_CHECK;

/// The same for measurements: `activation` is written first, then nothing touches a bus until the device is
/// done or, with more rows than the device can keep, until its result FIFO is full.
enum ternel_error accelerator_measure(struct accelerator *accelerator, const struct ternel_matrix *matrix,
                                      const int8_t *activation, uint16_t mantissa, uint8_t shift,
                                      int32_t *out, struct accelerator_counters *counters) TERNEL_MUST_CHECK;

/// Hashes `blocks` blocks of 64 bytes that lie in DRAM at CPU address `message` (a multiple of the port's
/// bytes); `first` begins a new message. Caches must have been written back.
enum ternel_error accelerator_hash_memory(struct accelerator *accelerator, uintptr_t message, uint32_t blocks,
                                          bool first) TERNEL_MUST_CHECK;

/// Hashes one block that the CPU holds.
enum ternel_error accelerator_hash_block(struct accelerator *accelerator, const uint8_t block[64],
                                         bool first) TERNEL_MUST_CHECK;

/// The hash of the blocks so far, as the bytes of a SHA-256 digest.
void accelerator_digest(const struct accelerator *accelerator, uint8_t digest[TERNEL_SHA256_BYTES]);

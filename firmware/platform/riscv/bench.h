// The measurement behind `/bench matvec`.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "accelerator_backend.h"

/// Memory that nothing else uses, in DRAM, aligned to 64.
struct bench_memory {
    uint8_t *bytes;
    uint32_t size;
};

/// Fills a rows x columns matrix with pseudo-random weights, multiplies it by pseudo-random activations on
/// the accelerator with nothing else on the buses, and compares every result with the CPU engine's. `totals`
/// get the counters. Errors: the shape does not fit the hardware or the memory; those of the accelerator.
enum ternel_error bench_matvec(struct accelerator *accelerator, const struct bench_memory *memory,
                               uint32_t rows, uint32_t columns, struct accelerator_totals *totals,
                               bool *equal) TERNEL_MUST_CHECK;

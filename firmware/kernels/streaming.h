// How fast the machine reads memory in order: the yardstick of everything that reads weights.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workers.h"

/// Reads `bytes` bytes, a multiple of 64, from `memory` (aligned to 64), each worker one share, with or
/// without prefetching as the kernels do it; returns the sum of its 64-bit words, which depends on all of
/// them.
uint64_t ternel_streaming_read(struct ternel_workers *workers, const void *memory, size_t bytes,
                               bool prefetch);

/// The read_weights of ternel_forward's backend (engine/platform.h): its context is the ternel_forward.
uint64_t ternel_streaming_read_weights(void *context, bool prefetch);

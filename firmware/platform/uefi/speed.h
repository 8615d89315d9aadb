// How fast this machine can be expected to make tokens, before a model is loaded: the best kernel multiplies
// whatever lies in a stretch of memory, so that it is bound by what will bind it then, memory or arithmetic.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel.h"
#include "workers.h"

enum { SPEED_MEMORY_BYTES = 64 << 20, SPEED_MEMORY_LEAST = 4 << 20 };

/// Bytes of repacked weights a second, by all workers together, measured for that many ticks of the
/// time-stamp counter. `memory` at a multiple of 64; it is overwritten.
uint64_t speed_measure(const struct ternel_kernel *kernel, struct ternel_workers *workers, uint8_t *memory,
                       size_t bytes, uint64_t ticks, uint64_t ticks_per_second);

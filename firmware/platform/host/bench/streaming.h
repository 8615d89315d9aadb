// How fast the machine reads memory in order: the yardstick of everything that reads weights.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "workers.h"

/// Reads `bytes` bytes from `memory` (aligned to 64), each worker one share, with or without prefetching as
/// the kernels do it; returns something that depends on all of them.
uint64_t streaming_read(struct ternel_workers *workers, const void *memory, size_t bytes, bool prefetch);

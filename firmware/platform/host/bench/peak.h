// The arithmetic that a prompt is bound by: how many products it takes, and how fast the kernel makes them
// when it does nothing else.
#pragma once

#include "container.h"
#include "kernel.h"
#include "samples.h"
#include "workers.h"

/// Products of bytes that a prompt takes: all matrices for each token but what follows the last layer's
/// state, which only the last token needs.
uint64_t prompt_products(const struct ternel_kernel *kernel, const struct ternel_shape *shape,
                         uint32_t tokens);

/// The products of one measurement, by so many workers. The kernel has a peak.
uint64_t peak_products(const struct ternel_kernel *kernel, uint32_t workers);

/// Measures the arithmetic alone on all workers, adds its time to `samples` and returns its products in a
/// nanosecond of one core's computing.
double peak_measure(struct ternel_workers *workers, const struct ternel_kernel *kernel,
                    struct samples *samples);

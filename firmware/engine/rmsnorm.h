// RMSNorm (docs/numerics.md, section 2).
#pragma once

#include <stdint.h>

#include "container.h"

/// The sum of the squares of `count` <= 32768 elements of 24 bits: at most 2^61.
uint64_t ternel_sum_of_squares(const int32_t *input, uint32_t count);

/// out[i] = gain[i] * input[i] / rms(input), with `fraction` (0..20) for the outputs. `squares` is the
/// input's sum of squares.
void ternel_rmsnorm(const int32_t *input, uint64_t squares, const struct ternel_gain *gain, uint32_t fraction,
                    int32_t *restrict out);

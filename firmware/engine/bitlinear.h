// BitLinear (docs/numerics.md, section 3): normalise, quantise to int8, multiply by a ternary matrix,
// rescale.
#pragma once

#include <stdint.h>

#include "container.h"

/// What the largest product of an input decides: how activations come from it, and the rescaler's pair.
struct ternel_quantiser {
    int32_t factor;
    int32_t k;
    uint16_t mantissa;
    uint8_t shift;
};

/// The largest |input * gain|, at most 2^38.
uint64_t ternel_largest_product(const int32_t *input, const struct ternel_gain *gain);

/// For an input whose `squares` with the gain's epsilon and whose `largest` product are not 0. Of `largest`
/// only the upper sixteen bits count, and how many there are.
struct ternel_quantiser ternel_quantiser_of(const struct ternel_matrix *matrix,
                                            const struct ternel_gain *gain, uint64_t squares,
                                            uint64_t largest, uint32_t fraction);

/// activation[i] = R(input[i] * gain[i] * factor, 24 + k) for the gain's `count` elements.
void ternel_quantise(const int32_t *input, const struct ternel_gain *gain, int32_t factor, int32_t k,
                     int8_t *restrict activation);

/// out[row] for every row of `matrix`, with `fraction` (0..20). `squares` is the sum of the squares of
/// `input`; `activation` is room for `matrix->stride` int8 at a 16-byte boundary. Errors: those of the
/// matvec.
enum ternel_error ternel_bitlinear(const struct ternel_backend *backend, const struct ternel_matrix *matrix,
                                   const struct ternel_gain *gain, const int32_t *input, uint64_t squares,
                                   uint32_t fraction, int8_t *activation, int32_t *out) TERNEL_MUST_CHECK;

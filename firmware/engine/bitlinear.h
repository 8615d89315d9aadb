// BitLinear (docs/numerics.md, section 3): normalise, quantise to int8, multiply by a ternary matrix,
// rescale.
#pragma once

#include <stdint.h>

#include "container.h"

/// out[row] for every row of `matrix`, with `fraction` (0..20). `squares` is the sum of the squares of
/// `input`; `activation` is room for `matrix->stride` int8 at a 16-byte boundary. Errors: those of the
/// matvec.
enum ternel_error ternel_bitlinear(const struct ternel_backend *backend, const struct ternel_matrix *matrix,
                                   const struct ternel_gain *gain, const int32_t *input, uint64_t squares,
                                   uint32_t fraction, int8_t *activation, int32_t *out) TERNEL_MUST_CHECK;

// ternel_reciprocal_sqrt (numerics.h) by the square root of SSE2. Included by the kernels for x86.
#pragma once

#include <immintrin.h>

#include "quantiser.h"

/// floor(sqrt(value)), however the processor rounds: a root that is no integer is further from one than a
/// double can err.
static uint32_t square_root(uint32_t value) {
    const __m128d wide = _mm_cvtsi64_sd(_mm_setzero_pd(), (int64_t)value);
    return (uint32_t)_mm_cvttsd_si64(_mm_sqrt_sd(wide, wide));
}

static struct ternel_scale reciprocal_sqrt(uint64_t value) {
    int32_t shift = bits_of(value) - 32;
    shift += shift & 1;
    const uint32_t wide = (uint32_t)(shift >= 0 ? value >> shift : value << -shift);
    const uint32_t reciprocal = (UINT32_C(1) << 31) / square_root(wide);
    return (struct ternel_scale){
        .mantissa = reciprocal > 65535 ? 65535 : reciprocal,
        .exponent = 31 + shift / 2,
    };
}

// ternel_quantiser_of (bitlinear.h) with a root that the kernel has computed: bit by bit, as processors
// without a square root do it, it is a sixtieth of a prompt's time.
#pragma once

#include "bitlinear.h"
#include "numerics.h"

static inline int32_t bits_of(uint64_t value) {
    return 64 - __builtin_clzll(value);
}

/// `root`: the reciprocal square root of the input's squares and the gain's epsilon; `largest` is not 0.
static inline struct ternel_quantiser quantiser_of(const struct ternel_matrix *matrix,
                                                   const struct ternel_gain *gain, struct ternel_scale root,
                                                   uint64_t largest, uint32_t fraction) {
    const int32_t k = bits_of(largest) - 16;
    const struct ternel_scale most = {
        .mantissa = (uint32_t)(k >= 0 ? largest >> k : largest << -k),
        .exponent = -k,
    };
    struct ternel_scale scale = {.mantissa = matrix->mantissa, .exponent = matrix->exponent};
    root.exponent += (int32_t)gain->fraction;
    scale = ternel_scale_product(ternel_scale_product(scale, most), root);
    const int32_t shift = scale.exponent - (int32_t)fraction;
    return (struct ternel_quantiser){
        .factor = (int32_t)((UINT32_C(127) << 24) / most.mantissa),
        .k = k,
        .mantissa = (uint16_t)scale.mantissa,
        .shift = (uint8_t)(shift < 0    ? 0
                           : shift > 63 ? 63
                                        : shift),
    };
}

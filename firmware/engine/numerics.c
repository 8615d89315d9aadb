#include "numerics.h"

struct ternel_scale ternel_scale_product(struct ternel_scale a, struct ternel_scale b) {
    uint32_t product = a.mantissa * b.mantissa; // both below 2^16
    int32_t exponent = a.exponent + b.exponent;
    if (product >= UINT32_C(1) << 31) {
        return (struct ternel_scale){.mantissa = product >> 16, .exponent = exponent - 16};
    }
    return (struct ternel_scale){.mantissa = product >> 15, .exponent = exponent - 15};
}

/// floor(sqrt(value)), one bit of the root at a time from the top.
static uint32_t square_root(uint32_t value) {
    uint32_t root = 0;
    uint32_t rest = value;
    for (uint32_t bit = UINT32_C(1) << 30; bit != 0; bit >>= 2) {
        uint32_t trial = root + bit;
        root >>= 1;
        if (rest >= trial) {
            rest -= trial;
            root += bit;
        }
    }
    return root;
}

struct ternel_scale ternel_reciprocal_sqrt(uint64_t value) {
    int32_t shift = (int32_t)ternel_bits(value) - 32;
    shift += shift & 1; // an even power of two has a whole root: 32 - bits, or one less
    uint32_t wide = shift >= 0 ? (uint32_t)(value >> shift) : (uint32_t)(value << -shift);
    uint32_t reciprocal = (UINT32_C(1) << 31) / square_root(wide);
    return (struct ternel_scale){
        .mantissa = reciprocal > 65535 ? 65535 : reciprocal,
        .exponent = 31 + shift / 2,
    };
}

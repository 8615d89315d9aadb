// The elements of docs/numerics.md, section 1. Everything is integer; `>>` of a negative number is an
// arithmetic shift, which every compiler of this project does (asserted below).
#pragma once

#include <stdint.h>

_Static_assert((-3 >> 1) == -2, "signed right shift must be arithmetic");
_Static_assert((int32_t)0xffffffffU == -1, "signed numbers must be two's complement");

enum { TERNEL_ELEMENT_MAX = (1 << 23) - 1, TERNEL_ELEMENT_MIN = -(1 << 23), TERNEL_Q16_ONE = 65536 };

/// value = mantissa * 2^-exponent; 2^15 <= mantissa < 2^16, or mantissa = 0 for the number 0
struct ternel_scale {
    uint32_t mantissa;
    int32_t exponent;
};

/// Tells the compiler which way a branch of an inner loop nearly always goes.
#define TERNEL_MOSTLY(condition) __builtin_expect((condition), 1)
#define TERNEL_RARELY(condition) __builtin_expect((condition), 0)
/// Unrolls the loop that follows, so that an in-order core has something to do while a load or a product is
/// on its way.
#define TERNEL_UNROLL(times) TERNEL_PRAGMA(GCC unroll times)
#define TERNEL_PRAGMA(text) _Pragma(#text)

/// S24: saturation to 24 bits.
static inline int32_t ternel_saturate(int64_t value) {
    if (value > TERNEL_ELEMENT_MAX) {
        return TERNEL_ELEMENT_MAX;
    }
    return value < TERNEL_ELEMENT_MIN ? TERNEL_ELEMENT_MIN : (int32_t)value;
}

/// S24 of a value that fits 31 bits already.
static inline int32_t ternel_saturate_32(int32_t value) {
    if (TERNEL_MOSTLY((uint32_t)(value - TERNEL_ELEMENT_MIN) < UINT32_C(1) << 24)) {
        return value;
    }
    return value < 0 ? TERNEL_ELEMENT_MIN : TERNEL_ELEMENT_MAX;
}

/// R(value, shift) for 0 <= shift <= 63 and |value| < 2^62: `(value + 2^(shift-1)) >> shift`, half rounds up.
static inline int64_t ternel_round_shift(int64_t value, uint32_t shift) {
    return shift == 0 ? value : (value + (INT64_C(1) << (shift - 1))) >> shift;
}

/// R(value, shift) for 1 <= shift <= 32 where the result fits 31 bits. On a 32-bit machine that is six
/// instructions: R(v, s) = ((v >> (s - 1)) + 1) >> 1, and the inner shift takes its bits from both halves of
/// v.
static inline int32_t ternel_round_shift_short(int64_t value, uint32_t shift) {
    uint32_t low = (uint32_t)value;
    uint32_t high = (uint32_t)((uint64_t)value >> 32);
    uint32_t twice = (low >> (shift - 1)) | ((high << 1) << (32 - shift));
    return ((int32_t)twice + 1) >> 1;
}

/// S24(R(value, shift)) for |value| < 2^value_bits, shift <= 63. `value_bits` is a constant where this is
/// used: shifts that leave at most 30 bits take the short way.
static inline int32_t ternel_round_shift_saturate(int64_t value, uint32_t shift, uint32_t value_bits) {
    if (TERNEL_MOSTLY(shift >= value_bits - 30 && shift <= 32)) {
        return ternel_saturate_32(ternel_round_shift_short(value, shift));
    }
    return ternel_saturate(ternel_round_shift(value, shift));
}

/// The bit length of a number: 0 for 0, 8 for 255.
static inline uint32_t ternel_bits(uint64_t value) {
    uint32_t high = (uint32_t)(value >> 32);
    uint32_t rest = high != 0 ? high : (uint32_t)value;
    uint32_t bits = high != 0 ? 32 : 0;
    while (rest != 0) {
        rest >>= 1;
        bits++;
    }
    return bits;
}

/// The product of two Scales, its mantissa cut to 16 bits.
struct ternel_scale ternel_scale_product(struct ternel_scale a, struct ternel_scale b);

/// 1 / sqrt(value) for value > 0; relative error below 2^-14.
struct ternel_scale ternel_reciprocal_sqrt(uint64_t value);

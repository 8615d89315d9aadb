// R(a * b, shift) of docs/numerics.md, section 1, by floats: for AVX-512, whose instructions say themselves
// how they round. Included by sigmoid_pieces.h.
//
// R(a * b, s) is floor(a * b * 2^-s + 1/2). Operands of 24 bits and powers of two are exact floats; the
// product with its half is rounded once, downwards; and if the floor has no more than 24 bits, it is a float
// too, so that what was rounded is not below it.
#pragma once

#include "kernel.h"
#include "rounding.h"

enum {
    TO_NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC, ///< where nothing is rounded, or said so
    DOWN = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC,
    SMALLER_MAGNITUDE = 0x02, ///< of two, with the first one's sign
};

typedef __m512 operand;

/// Gains as floats.
typedef float gain_value;
typedef __m512 gain_lanes;
#define SPREAD_GAIN spread_gain

static void spread_gain(const struct ternel_gain *gain, void *values) {
    float *to = values;
#define BODY(i, n)                                                                                           \
    const __m512 exact = _mm512_cvt_roundepi32_ps(load_i16(gain->values + (i), n), TO_NEAREST);              \
    _mm512_mask_storeu_ps(to + (i), first_lanes(n), exact)
    EACH_VECTOR(gain->count, BODY);
#undef BODY
}

INLINE gain_lanes load_gain(const gain_value *from, uint32_t n) {
    return n == LANES ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(first_lanes(n), from);
}

INLINE operand operand_of_gain(gain_lanes gain) {
    return gain;
}

#include "activations_float.h"

/// A sigmoid on its way to be multiplied: 0 to 1.
typedef float sigmoid_value;

/// 2^-shift
struct scaling {
    float factor;
};

static struct scaling scaling_of(uint32_t shift, uint32_t product_bits) {
    (void)product_bits;
    const uint32_t bits = (127 - shift) << 23;
    struct scaling scaling;
    memcpy(&scaling.factor, &bits, sizeof bits);
    return scaling;
}

#define FOR_EACH_SCALING(scaling, BODY) BODY(ROUNDING_LOW) // there is only one way

/// Sums of squares as doubles, which are exact integers up to 2^53. In integers a vector would be five
/// instructions instead of four: its odd lanes must move before they are multiplied.
struct squares {
    __m512d first, second;
};

/// So many have room: in each lane at most 65 of 2^46, as two sums take turns and the first one takes what is
/// left behind them.
enum { SQUARES_AT_ONCE = 1 << 11 };

INLINE struct squares squares_none(void) {
    return (struct squares){_mm512_setzero_pd(), _mm512_setzero_pd()};
}

/// Nothing is rounded. The instruction itself: around the intrinsic gcc 12 copies every sum in every step.
INLINE __m512d add_squares(__m512d sums, __m256i x) {
    const __m512d exact = _mm512_cvtepi32_pd(x);
    __asm__("vfmadd231pd %1, %1, %0" : "+v"(sums) : "v"(exact));
    return sums;
}

INLINE struct squares squares_add(struct squares squares, const int32_t *from, uint32_t n) {
    __m256i first;
    __m256i second;
    if (n == LANES) {
        // Halves that are loaded as such become doubles without a shuffle.
        first = _mm256_loadu_si256((const void *)from);
        second = _mm256_loadu_si256((const void *)(from + LANES / 2));
    } else {
        const lanes x = load(from, n);
        first = _mm512_castsi512_si256(x);
        second = _mm512_extracti64x4_epi64(x, 1);
    }
    return (struct squares){add_squares(squares.first, first), add_squares(squares.second, second)};
}

INLINE uint64_t squares_total(struct squares squares) {
    const lanes first = _mm512_cvt_roundpd_epu64(squares.first, TO_NEAREST);
    const lanes second = _mm512_cvt_roundpd_epu64(squares.second, TO_NEAREST);
    return (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(first, second));
}

INLINE operand operand_of(lanes a) {
    return _mm512_cvt_roundepi32_ps(a, TO_NEAREST);
}

INLINE __m512 floats_add(__m512 a, __m512 b) {
    return _mm512_add_round_ps(a, b, TO_NEAREST);
}

INLINE __m512 floats_subtract(__m512 a, __m512 b) {
    return _mm512_sub_round_ps(a, b, TO_NEAREST);
}

INLINE __m512 floats_multiply(__m512 a, __m512 b) {
    return _mm512_mul_round_ps(a, b, TO_NEAREST);
}

/// a * b + c, rounded downwards.
INLINE __m512 multiply_down(__m512 a, __m512 b, __m512 c) {
    return _mm512_fmadd_round_ps(a, b, c, DOWN);
}

INLINE __m512 floats_floor(__m512 a) {
    return _mm512_roundscale_round_ps(a, _MM_FROUND_TO_NEG_INF, _MM_FROUND_NO_EXC);
}

INLINE lanes floor_lanes(__m512 a) {
    return _mm512_cvt_roundps_epi32(a, DOWN);
}

/// S24(floor(a))
INLINE lanes floor_saturate(__m512 a) {
    // At most 2^23 - 1/2 in magnitude: rounded down, that is the largest element or the smallest.
    return floor_lanes(_mm512_range_round_ps(a, _mm512_set1_ps(TERNEL_ELEMENT_MAX + 0.5F), SMALLER_MAGNITUDE,
                                             _MM_FROUND_NO_EXC));
}

/// R(a * b, shift) where it fits 24 bits.
INLINE operand scale(operand a, operand b, const struct scaling *scaling) {
    const __m512 scaled = floats_multiply(b, _mm512_set1_ps(scaling->factor));
    return floats_floor(multiply_down(a, scaled, _mm512_set1_ps(0.5F)));
}

/// S24(R(a * b, shift)).
INLINE lanes scale_saturate(operand a, operand b, const struct scaling *scaling,
                            const enum rounding_kind kind) {
    (void)kind;
    const __m512 scaled = floats_multiply(b, _mm512_set1_ps(scaling->factor));
    return floor_saturate(multiply_down(a, scaled, _mm512_set1_ps(0.5F)));
}

/// SiLU(z): R(z * open, 16).
INLINE operand silu(lanes z, const sigmoid_value *open) {
    return floats_floor(multiply_down(operand_of(z), _mm512_loadu_ps(open), _mm512_set1_ps(0.5F)));
}

/// bound + R((1 - bound) * open, 16).
INLINE lanes bounded(const sigmoid_value *open, lanes bound) {
    const __m512 exact = operand_of(bound);
    const __m512 rest = floats_subtract(_mm512_set1_ps(TERNEL_Q16_ONE), exact);
    return floor_lanes(multiply_down(rest, _mm512_loadu_ps(open), floats_add(exact, _mm512_set1_ps(0.5F))));
}

/// SiLU(z) + R(forget * (state - SiLU(z)), 16).
INLINE lanes mix(lanes state, lanes forget, lanes z, const sigmoid_value *open) {
    const __m512 fresh = silu(z, open);
    const __m512 change = floats_subtract(operand_of(state), fresh);
    const __m512 kept = floats_multiply(operand_of(forget), _mm512_set1_ps(1.0F / TERNEL_Q16_ONE));
    return floor_lanes(multiply_down(change, kept, floats_add(fresh, _mm512_set1_ps(0.5F))));
}

// The sigmoid of docs/numerics.md, section 4, in registers: the two entries of its table that are around an
// element are values of a cubic (models/sigmoid-pieces.ts), whose coefficients are picked from registers. For
// AVX-512, where that takes half the time of looking them up. Included by a kernel after lanes_avx512.h.
//
// Every step is exact or rounded as said here: by the instruction itself, not as the processor is set.
#pragma once

#include "rounding.h"
#include "ternel_tables.h"

enum {
    PIECES = 32,
    TO_NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC,
    DOWN = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC,
    BIAS_BITS = 0x4b400000, ///< 1.5 * 2^23 as a float: what is added is added to its bits
    SMALLER_MAGNITUDE = 0x0a,
};

static const _Alignas(64) float sigmoid_coefficients[4 * PIECES] = {TERNEL_SIGMOID_PIECES};

/// How elements of a fraction become steps of the table: (z + half) * to_steps, rounded down to 64ths.
struct sigmoid_input {
    int32_t half;
    float to_steps;
};

/// SIGMOIDS: so many at a time at most.
enum { INDEX_FRACTION = 12, STEP_BITS = 6, SIGMOIDS = 512 };

static struct sigmoid_input sigmoid_input_of(uint32_t fraction) {
    const int32_t half = fraction <= INDEX_FRACTION ? 0 : 1 << (fraction - INDEX_FRACTION - 1);
    const uint32_t bits = (127 + INDEX_FRACTION - STEP_BITS - fraction) << 23; // a float's power of two
    struct sigmoid_input input = {.half = half};
    memcpy(&input.to_steps, &bits, sizeof bits);
    return input;
}

/// The coefficients of a power of x, for each lane that of its piece.
INLINE __m512 sigmoid_coefficient(lanes piece, int power) {
    const float *of_power = sigmoid_coefficients + power * PIECES;
    return _mm512_permutex2var_ps(_mm512_load_ps(of_power), piece, _mm512_load_ps(of_power + PIECES / 2));
}

INLINE __m512 multiply_add(__m512 a, __m512 b, __m512 c) {
    return _mm512_fmadd_round_ps(a, b, c, TO_NEAREST);
}

/// Steps of the table plus 64, without the sign.
INLINE __m512 sigmoid_x(lanes z, const struct sigmoid_input *input) {
    // Between 2^17 and 2^18 the last bit of a float is a 64th.
    const __m512 grid = _mm512_set1_ps(1.5F * (1 << 17));
    const __m512 shifted = _mm512_cvt_roundepi32_ps(lanes_add(z, lanes_set(input->half)), TO_NEAREST);
    const __m512 rounded = _mm512_fmadd_round_ps(shifted, _mm512_set1_ps(input->to_steps), grid, DOWN);
    const __m512 steps = _mm512_sub_round_ps(rounded, grid, TO_NEAREST);
    // Without a sign; from step 959 on nothing changes.
    const __m512 magnitude =
        _mm512_range_round_ps(steps, _mm512_set1_ps(959), SMALLER_MAGNITUDE, _MM_FROUND_NO_EXC);
    // 2^-14 more: what is to be rounded in the end is never just between two integers then.
    return _mm512_add_round_ps(magnitude, _mm512_set1_ps(64 + 0x1p-14F), TO_NEAREST);
}

/// 1.5 * 2^23 + the sigmoid's distance from a half.
INLINE __m512 sigmoid_above(__m512 x) {
    const __m512 weight = _mm512_reduce_round_ps(x, 1, _MM_FROUND_NO_EXC); // less the next integer below
    const __m512 from = _mm512_sub_round_ps(x, weight, TO_NEAREST);
    const __m512 to = _mm512_add_round_ps(from, _mm512_set1_ps(1), TO_NEAREST);
    // Two bits of the exponent and three of the mantissa; the permutation ignores those above them.
    const lanes piece = _mm512_srli_epi32(_mm512_castps_si512(x), 20);
    const __m512 c3 = sigmoid_coefficient(piece, 3);
    const __m512 c2 = sigmoid_coefficient(piece, 2);
    const __m512 c1 = sigmoid_coefficient(piece, 1);
    const __m512 c0 = sigmoid_coefficient(piece, 0);
    const __m512 entry = multiply_add(multiply_add(multiply_add(c3, from, c2), from, c1), from, c0);
    const __m512 next = multiply_add(multiply_add(multiply_add(c3, to, c2), to, c1), to, c0);
    // A step of the table is 256 at most, so that its part of the 2^-14 changes nothing but halves.
    return multiply_add(_mm512_sub_round_ps(next, entry, TO_NEAREST), weight, entry);
}

/// 0 to 65536 for each of `count` elements, whole vectors. In two loops, as a chain of so many instructions
/// is too long for the processor to see the next one's beginning.
static void sigmoids(const int32_t *restrict z, uint32_t count, const struct sigmoid_input *input,
                     int32_t *restrict out) {
    for (uint32_t i = 0; i < count; i += LANES) {
        lanes_store(out + i, _mm512_castps_si512(sigmoid_x(lanes_load(z + i), input)));
    }
    for (uint32_t i = 0; i < count; i += LANES) {
        const lanes above = _mm512_castps_si512(sigmoid_above(_mm512_castsi512_ps(lanes_load(out + i))));
        const lanes positive = lanes_subtract(above, lanes_set(BIAS_BITS - 32768));
        const __mmask16 negative = _mm512_movepi32_mask(lanes_load(z + i));
        lanes_store(out + i, _mm512_mask_sub_epi32(positive, negative, lanes_set(BIAS_BITS + 32768), above));
    }
}

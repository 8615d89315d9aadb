// The sigmoid of docs/numerics.md, section 4, in registers: the two entries of its table that are around an
// element are values of a cubic (models/sigmoid-pieces.ts), whose coefficients are picked from registers. For
// AVX-512, where that takes half the time of looking them up. Included by a kernel after lanes_avx512.h.
//
// Every step is exact or rounded as said here: by the instruction itself, not as the processor is set.
#pragma once

#include "operands_float.h"
#include "ternel_tables.h"

enum { PIECES = 32 };

/// 1.5 * 2^23: the last bit of a float near it is 1, so that it rounds what is added to it.
#define SIGMOID_BIAS 0x1.8p23F

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
    const __m512 shifted = operand_of(lanes_add(z, lanes_set(input->half)));
    const __m512 rounded = multiply_down(shifted, _mm512_set1_ps(input->to_steps), grid);
    const __m512 steps = floats_subtract(rounded, grid);
    // Without a sign; from step 959 on nothing changes.
    const __m512 magnitude =
        _mm512_range_round_ps(steps, _mm512_set1_ps(959), 0x08 | SMALLER_MAGNITUDE, _MM_FROUND_NO_EXC);
    // 2^-14 more: what is to be rounded in the end is never just between two integers then.
    return floats_add(magnitude, _mm512_set1_ps(64 + 0x1p-14F));
}

/// SIGMOID_BIAS + the sigmoid's distance from a half.
INLINE __m512 sigmoid_above(__m512 x) {
    const __m512 weight = _mm512_reduce_round_ps(x, 1, _MM_FROUND_NO_EXC); // less the next integer below
    const __m512 from = floats_subtract(x, weight);
    const __m512 to = floats_add(from, _mm512_set1_ps(1));
    // Two bits of the exponent and three of the mantissa; the permutation ignores those above them.
    const lanes piece = _mm512_srli_epi32(_mm512_castps_si512(x), 20);
    const __m512 c3 = sigmoid_coefficient(piece, 3);
    const __m512 c2 = sigmoid_coefficient(piece, 2);
    const __m512 c1 = sigmoid_coefficient(piece, 1);
    const __m512 c0 = sigmoid_coefficient(piece, 0);
    const __m512 entry = multiply_add(multiply_add(multiply_add(c3, from, c2), from, c1), from, c0);
    const __m512 next = multiply_add(multiply_add(multiply_add(c3, to, c2), to, c1), to, c0);
    // A step of the table is 256 at most, so that its part of the 2^-14 changes nothing but halves.
    return multiply_add(floats_subtract(next, entry), weight, entry);
}

/// 0 to 1 for each of `count` elements, with room for whole vectors. In two loops, as a chain of so many
/// instructions is too long for the processor to see the next one's beginning.
static void sigmoids(const int32_t *restrict z, uint32_t count, const struct sigmoid_input *input,
                     sigmoid_value *restrict out) {
#define BODY(i, n) _mm512_storeu_ps(out + (i), sigmoid_x(load(z + (i), n), input))
    EACH_VECTOR(count, BODY);
#undef BODY
    const __m512 half = _mm512_set1_ps(0.5F);
    const lanes one = _mm512_castps_si512(_mm512_set1_ps(1.0F / TERNEL_Q16_ONE));
    const lanes sign = lanes_set(INT32_MIN);
#define BODY(i, n)                                                                                           \
    const __m512 biased = sigmoid_above(_mm512_loadu_ps(out + (i)));                                         \
    const __m512 above = floats_subtract(biased, _mm512_set1_ps(SIGMOID_BIAS));                              \
    const lanes factor = _mm512_ternarylogic_epi32(load(z + (i), n), sign, one, 0xea); /* z & sign | one */  \
    _mm512_storeu_ps(out + (i), multiply_add(above, _mm512_castsi512_ps(factor), half))
    EACH_VECTOR(count, BODY);
#undef BODY
}

// Activations (docs/numerics.md, section 3) by floats, in half the time that products of 64 bits take: for
// AVX-512. Included by operands_float.h.
//
// An activation is floor(w) for w = input * gain * factor * 2^-(24 + k) + 1/2, a product of 55 bits. Its
// estimate y has two errors. gain * factor has 31 bits, of which a float keeps 24: the product, at most
// 127.004 in magnitude (bitlinear.c), is off by less than 127.004 * 2^-24 < 2^-17. The sum 384 + w, between
// 257 and 512, is rounded to the nearest multiple of 2^-15. So y is less than 2^-16 + 2^-17 < 2^-15 off, and
// unless it is an integer itself, there is no integer between it and w: the floors are the same. One element
// of 2^15 is not that lucky, and its block is computed again, exactly.
#pragma once

#include "activations_exact.h"

enum {
    BLOCK = 4 * LANES,
    /// Of an estimate as bits, from the lowest: the fraction, the integer less 256, and what is always the
    /// same.
    ESTIMATE_FRACTION_BITS = 15,
    ESTIMATE_FRACTION = (1 << ESTIMATE_FRACTION_BITS) - 1,
};

/// 384 + the activation + a fraction.
INLINE lanes estimate(const int32_t *input, const float *gains, __m512 scale) {
    const __m512 x = _mm512_cvt_roundepi32_ps(lanes_load(input), TO_NEAREST);
    const __m512 scaled = _mm512_mul_round_ps(_mm512_loadu_ps(gains), scale, TO_NEAREST);
    return _mm512_castps_si512(_mm512_fmadd_round_ps(x, scaled, _mm512_set1_ps(384.5F), TO_NEAREST));
}

/// Lanes that stay in a register: gcc 12 would rather make them again in every step.
INLINE lanes keep(lanes a) {
    __asm__("" : "+v"(a));
    return a;
}

/// What makes bytes of four estimates.
struct estimate_bytes {
    lanes first, third, lower, fours, order;
};

INLINE struct estimate_bytes estimate_bytes_of(void) {
    return (struct estimate_bytes){
        .first = keep(lanes_set(0xff)),
        .third = keep(lanes_set(0xff0000)),
        .lower = keep(lanes_set(0xffff)),
        .fours =
            keep(_mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))),
        .order = keep(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)),
    };
}

/// Bits of a where those of `which` are 1, else of b.
INLINE lanes choose(lanes which, lanes a, lanes b) {
    return _mm512_ternarylogic_epi32(a, which, b, 0xe2);
}

/// The integers of four estimates less 256, as bytes in the order of the elements.
INLINE lanes estimated_bytes(const struct estimate_bytes *by, lanes a, lanes b, lanes c, lanes d) {
    const lanes ab = choose(by->first, _mm512_srli_epi32(a, ESTIMATE_FRACTION_BITS),
                            _mm512_srli_epi32(b, ESTIMATE_FRACTION_BITS - 8));
    const lanes cd = choose(by->third, _mm512_slli_epi32(c, 16 - ESTIMATE_FRACTION_BITS),
                            _mm512_slli_epi32(d, 24 - ESTIMATE_FRACTION_BITS));
    const lanes mixed = choose(by->lower, ab, cd);
    return _mm512_permutexvar_epi32(by->order, _mm512_shuffle_epi8(mixed, by->fours));
}

static int32_t quantise(const int32_t *input, const struct ternel_kernel_gain *by, int32_t factor, int32_t k,
                        int8_t *restrict activation) {
    const struct ternel_gain *gain = by->source;
    const float *gains = by->values;
    const uint32_t whole = gain->count - gain->count % BLOCK;
    const __m512 scale = _mm512_set1_ps((float)factor / (float)(UINT64_C(1) << (24 + k)));
    const struct estimate_bytes bytes = estimate_bytes_of();
    const lanes fraction = keep(lanes_set(ESTIMATE_FRACTION));
    const lanes bias = keep(_mm512_set1_epi8((char)128));
    const lanes zero = keep(lanes_zero());
    lanes sums = lanes_zero();
    int32_t exact = 0;   ///< the sum of what is not in these
    uint32_t blocks = 0; ///< that are in these sums
    for (uint32_t i = 0; i < whole; i += BLOCK) {
        const lanes a = estimate(input + i, gains + i, scale);
        const lanes b = estimate(input + i + LANES, gains + i + LANES, scale);
        const lanes c = estimate(input + i + 2 * LANES, gains + i + 2 * LANES, scale);
        const lanes d = estimate(input + i + 3 * LANES, gains + i + 3 * LANES, scale);
        __mmask16 sure = _mm512_test_epi32_mask(a, fraction);
        sure = _mm512_mask_test_epi32_mask(sure, b, fraction);
        sure = _mm512_mask_test_epi32_mask(sure, c, fraction);
        sure = _mm512_mask_test_epi32_mask(sure, d, fraction);
        if (TERNEL_RARELY(sure != 0xffff)) {
            exact += quantise_exactly(input + i, gain->values + i, BLOCK, factor, k, activation + i);
            continue;
        }
        const lanes biased = estimated_bytes(&bytes, a, b, c, d);
        lanes_store(activation + i, lanes_xor(biased, bias));
        sums = _mm512_add_epi64(sums, _mm512_sad_epu8(biased, zero));
        blocks++;
    }
    exact += quantise_exactly(input + whole, gain->values + whole, gain->count - whole, factor, k,
                              activation + whole);
    return (int32_t)_mm512_reduce_add_epi64(sums) - (int32_t)(blocks * BLOCK * 128) + exact;
}

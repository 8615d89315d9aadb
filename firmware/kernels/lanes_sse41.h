// Vectors of 16 bytes: the few operations that matrix_pairs.h and vector_work.h are made of, for SSSE3 and
// SSE4.1. lanes_avx2.h and lanes_avx512.h have the same ones for wider vectors.
#pragma once

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef __m128i lanes;
enum { LANES = 4 };

/// 64-bit products of the even and of the odd lanes.
struct products {
    __m128i even, odd;
};

static inline lanes lanes_zero(void) {
    return _mm_setzero_si128();
}

static inline lanes lanes_set(int32_t value) {
    return _mm_set1_epi32(value);
}

static inline lanes lanes_load(const void *from) {
    return _mm_loadu_si128(from);
}

static inline void lanes_store(void *to, lanes a) {
    _mm_storeu_si128(to, a);
}

static inline lanes lanes_load_i16(const int16_t *from) {
    return _mm_cvtepi16_epi32(_mm_loadl_epi64((const void *)from));
}

static inline lanes lanes_load_u16(const uint16_t *from) {
    return _mm_cvtepu16_epi32(_mm_loadl_epi64((const void *)from));
}

/// Every lane must fit 8 bits.
static inline void lanes_store_i8(int8_t *to, lanes a) {
    const lanes bytes = _mm_packs_epi16(_mm_packs_epi32(a, a), _mm_setzero_si128());
    const int32_t four = _mm_cvtsi128_si32(bytes);
    memcpy(to, &four, sizeof four);
}

static inline lanes lanes_and(lanes a, lanes b) {
    return _mm_and_si128(a, b);
}

static inline lanes lanes_xor(lanes a, lanes b) {
    return _mm_xor_si128(a, b);
}

static inline lanes lanes_add(lanes a, lanes b) {
    return _mm_add_epi32(a, b);
}

static inline lanes lanes_subtract(lanes a, lanes b) {
    return _mm_sub_epi32(a, b);
}

/// The lower 32 bits of the products.
static inline lanes lanes_multiply(lanes a, lanes b) {
    return _mm_mullo_epi32(a, b);
}

/// Products of lanes that fit 16 bits and are not negative.
static inline lanes lanes_multiply_short(lanes a, lanes b) {
    return _mm_madd_epi16(a, b);
}

static inline lanes lanes_minimum(lanes a, lanes b) {
    return _mm_min_epi32(a, b);
}

static inline lanes lanes_maximum(lanes a, lanes b) {
    return _mm_max_epi32(a, b);
}

static inline lanes lanes_absolute(lanes a) {
    return _mm_abs_epi32(a);
}

static inline lanes lanes_shift_left(lanes a, uint32_t count) {
    return _mm_sll_epi32(a, _mm_cvtsi32_si128((int32_t)count));
}

/// Arithmetic.
static inline lanes lanes_shift_right(lanes a, uint32_t count) {
    return _mm_sra_epi32(a, _mm_cvtsi32_si128((int32_t)count));
}

static inline lanes lanes_shift_right_logical(lanes a, uint32_t count) {
    return _mm_srl_epi32(a, _mm_cvtsi32_si128((int32_t)count));
}

/// Lanes in the lower halves of 64 bits; what the upper ones are does not matter to a multiplier.
static inline struct products products_of(lanes a) {
    return (struct products){a, _mm_srli_epi64(a, 32)};
}

/// Products of the lower halves.
static inline struct products products_multiply(struct products p, struct products q) {
    return (struct products){_mm_mul_epi32(p.even, q.even), _mm_mul_epi32(p.odd, q.odd)};
}

static inline struct products lanes_products(lanes a, lanes b) {
    return products_multiply(products_of(a), products_of(b));
}

static inline struct products products_add(struct products p, int64_t value) {
    const __m128i values = _mm_set1_epi64x(value);
    return (struct products){_mm_add_epi64(p.even, values), _mm_add_epi64(p.odd, values)};
}

static inline struct products products_sum(struct products p, struct products q) {
    return (struct products){_mm_add_epi64(p.even, q.even), _mm_add_epi64(p.odd, q.odd)};
}

static inline struct products products_shift_right_logical(struct products p, uint32_t count) {
    const __m128i shift = _mm_cvtsi32_si128((int32_t)count);
    return (struct products){_mm_srl_epi64(p.even, shift), _mm_srl_epi64(p.odd, shift)};
}

static inline __m128i clamp_64(__m128i a, int64_t low, int64_t high) {
    int64_t values[2];
    _mm_storeu_si128((void *)values, a);
    for (int i = 0; i < 2; i++) {
        values[i] = values[i] < low ? low : values[i] > high ? high : values[i];
    }
    return _mm_loadu_si128((const void *)values);
}

static inline struct products products_clamp(struct products p, int64_t low, int64_t high) {
    return (struct products){clamp_64(p.even, low, high), clamp_64(p.odd, low, high)};
}

/// Of each product 32 bits from bit `count` on, which is at most 32.
static inline lanes products_narrow(struct products p, uint32_t count) {
    const lanes even = _mm_srl_epi64(p.even, _mm_cvtsi32_si128((int32_t)count));
    const lanes odd = _mm_sll_epi64(p.odd, _mm_cvtsi32_si128(32 - (int32_t)count));
    return _mm_blend_epi16(even, odd, 0xcc);
}

static inline lanes products_high(struct products p) {
    return _mm_blend_epi16(_mm_srli_epi64(p.even, 32), p.odd, 0xcc);
}

static inline uint64_t products_total(struct products p) {
    uint64_t values[2];
    _mm_storeu_si128((void *)values, _mm_add_epi64(p.even, p.odd));
    return values[0] + values[1];
}

/// The largest magnitude of products so far, of at most 39 bits, without its last eight.
struct largest {
    lanes upper;
};

static inline struct largest largest_none(void) {
    return (struct largest){lanes_zero()};
}

/// The larger of the largest and |a * b|.
static inline struct largest largest_of(struct largest largest, lanes a, lanes b) {
    const struct products p =
        products_shift_right_logical(lanes_products(lanes_absolute(a), lanes_absolute(b)), 8);
    return (struct largest){lanes_maximum(largest.upper, lanes_maximum(p.even, p.odd))};
}

static inline uint64_t largest_total(struct largest largest) {
    int32_t values[LANES];
    lanes_store(values, largest.upper);
    uint32_t most = 0;
    for (int i = 0; i < LANES; i++) {
        most = (uint32_t)values[i] > most ? (uint32_t)values[i] : most;
    }
    return (uint64_t)most << 8;
}

// What follows serves the matrices: vectors of bytes and of 16-bit sums.

struct eight_bytes {
    int8_t bytes[8];
};

static inline lanes bytes_repeat(const int8_t eight[8]) {
    // One load of SSE3. Its intrinsic is made of doubles, and whoever uses those asks a Windows linker for
    // more.
    lanes twice;
    __asm__("movddup %1, %0" : "=x"(twice) : "m"(*(const struct eight_bytes *)(const void *)eight));
    return twice;
}

static inline lanes bytes_set(int8_t value) {
    return _mm_set1_epi8(value);
}

/// Within 16 bits, logical.
static inline lanes shorts_shift_right(lanes a, const uint8_t count) {
    return _mm_srli_epi16(a, count);
}

static inline lanes shorts_add(lanes a, lanes b) {
    return _mm_add_epi16(a, b);
}

/// Sums of two products of a byte 0..255 with a signed byte; they must fit 16 bits.
static inline lanes bytes_multiply(lanes digits, lanes activations) {
    return _mm_maddubs_epi16(digits, activations);
}

/// Sums of neighbours.
static inline lanes shorts_widen(lanes a) {
    return _mm_madd_epi16(a, _mm_set1_epi16(1));
}

/// Sums of two neighbouring lanes less `correction`, stored or added to LANES / 2 values.
static inline void lanes_store_pairs(int32_t *to, lanes a, int32_t correction) {
    const lanes sums = _mm_sub_epi32(_mm_add_epi32(a, _mm_srli_epi64(a, 32)), _mm_set1_epi32(correction));
    _mm_storel_epi64((void *)to, _mm_shuffle_epi32(sums, 0x08));
}

/// In each even lane its sum with the odd one after it.
static inline lanes lanes_sum_neighbours(lanes a) {
    return _mm_add_epi32(a, _mm_srli_epi64(a, 32));
}

/// 64-bit products of the even lanes.
static inline lanes longs_multiply(lanes a, lanes b) {
    return _mm_mul_epi32(a, b);
}

/// The lower halves of p.even, then those of p.odd.
static inline lanes products_rows(struct products p) {
    return _mm_unpacklo_epi64(_mm_shuffle_epi32(p.even, 0x08), _mm_shuffle_epi32(p.odd, 0x08));
}

#include "part_of_lanes.h"

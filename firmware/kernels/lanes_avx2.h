// Vectors of 32 bytes: the operations of lanes_sse41.h for AVX2.
#pragma once

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef __m256i lanes;
enum { LANES = 8 };

struct products {
    __m256i even, odd;
};

static inline lanes lanes_zero(void) {
    return _mm256_setzero_si256();
}

static inline lanes lanes_set(int32_t value) {
    return _mm256_set1_epi32(value);
}

static inline lanes lanes_load(const void *from) {
    return _mm256_loadu_si256(from);
}

static inline void lanes_store(void *to, lanes a) {
    _mm256_storeu_si256(to, a);
}

static inline lanes lanes_load_i16(const int16_t *from) {
    return _mm256_cvtepi16_epi32(_mm_loadu_si128((const void *)from));
}

static inline lanes lanes_load_u16(const uint16_t *from) {
    return _mm256_cvtepu16_epi32(_mm_loadu_si128((const void *)from));
}

static inline void lanes_store_i8(int8_t *to, lanes a) {
    const __m128i shorts = _mm_packs_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    _mm_storel_epi64((void *)to, _mm_packs_epi16(shorts, shorts));
}

static inline lanes lanes_and(lanes a, lanes b) {
    return _mm256_and_si256(a, b);
}

static inline lanes lanes_xor(lanes a, lanes b) {
    return _mm256_xor_si256(a, b);
}

static inline lanes lanes_add(lanes a, lanes b) {
    return _mm256_add_epi32(a, b);
}

static inline lanes lanes_subtract(lanes a, lanes b) {
    return _mm256_sub_epi32(a, b);
}

static inline lanes lanes_multiply(lanes a, lanes b) {
    return _mm256_mullo_epi32(a, b);
}

static inline lanes lanes_multiply_short(lanes a, lanes b) {
    return _mm256_madd_epi16(a, b);
}

static inline lanes lanes_minimum(lanes a, lanes b) {
    return _mm256_min_epi32(a, b);
}

static inline lanes lanes_maximum(lanes a, lanes b) {
    return _mm256_max_epi32(a, b);
}

static inline lanes lanes_absolute(lanes a) {
    return _mm256_abs_epi32(a);
}

static inline lanes lanes_shift_left(lanes a, uint32_t count) {
    return _mm256_sllv_epi32(a, _mm256_set1_epi32((int32_t)count));
}

static inline lanes lanes_shift_right(lanes a, uint32_t count) {
    return _mm256_srav_epi32(a, _mm256_set1_epi32((int32_t)count));
}

static inline lanes lanes_shift_right_logical(lanes a, uint32_t count) {
    return _mm256_srlv_epi32(a, _mm256_set1_epi32((int32_t)count));
}

static inline struct products products_of(lanes a) {
    return (struct products){a, _mm256_srli_epi64(a, 32)};
}

static inline struct products products_multiply(struct products p, struct products q) {
    return (struct products){_mm256_mul_epi32(p.even, q.even), _mm256_mul_epi32(p.odd, q.odd)};
}

static inline struct products lanes_products(lanes a, lanes b) {
    return products_multiply(products_of(a), products_of(b));
}

static inline struct products products_add(struct products p, int64_t value) {
    const __m256i values = _mm256_set1_epi64x(value);
    return (struct products){_mm256_add_epi64(p.even, values), _mm256_add_epi64(p.odd, values)};
}

static inline struct products products_sum(struct products p, struct products q) {
    return (struct products){_mm256_add_epi64(p.even, q.even), _mm256_add_epi64(p.odd, q.odd)};
}

static inline struct products products_shift_right_logical(struct products p, uint32_t count) {
    const __m256i shift = _mm256_set1_epi64x(count); // one count for all lanes would be two instructions
    return (struct products){_mm256_srlv_epi64(p.even, shift), _mm256_srlv_epi64(p.odd, shift)};
}

static inline __m256i clamp_64(__m256i a, int64_t low, int64_t high) {
    const __m256i least = _mm256_set1_epi64x(low);
    const __m256i most = _mm256_set1_epi64x(high);
    a = _mm256_blendv_epi8(a, least, _mm256_cmpgt_epi64(least, a));
    return _mm256_blendv_epi8(a, most, _mm256_cmpgt_epi64(a, most));
}

static inline struct products products_clamp(struct products p, int64_t low, int64_t high) {
    return (struct products){clamp_64(p.even, low, high), clamp_64(p.odd, low, high)};
}

static inline lanes products_narrow(struct products p, uint32_t count) {
    const lanes even = _mm256_srlv_epi64(p.even, _mm256_set1_epi64x(count));
    const lanes odd = _mm256_sllv_epi64(p.odd, _mm256_set1_epi64x(32 - (int64_t)count));
    return _mm256_blend_epi32(even, odd, 0xaa);
}

static inline lanes products_high(struct products p) {
    return _mm256_blend_epi32(_mm256_srli_epi64(p.even, 32), p.odd, 0xaa);
}

static inline uint64_t products_total(struct products p) {
    uint64_t values[4];
    _mm256_storeu_si256((void *)values, _mm256_add_epi64(p.even, p.odd));
    return values[0] + values[1] + values[2] + values[3];
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

static inline lanes bytes_repeat(const int8_t eight[8]) {
    int64_t value;
    memcpy(&value, eight, sizeof value);
    return _mm256_set1_epi64x(value);
}

static inline lanes bytes_set(int8_t value) {
    return _mm256_set1_epi8(value);
}

static inline lanes shorts_shift_right(lanes a, const uint8_t count) {
    return _mm256_srli_epi16(a, count);
}

static inline lanes shorts_add(lanes a, lanes b) {
    return _mm256_add_epi16(a, b);
}

static inline lanes bytes_multiply(lanes digits, lanes activations) {
    return _mm256_maddubs_epi16(digits, activations);
}

static inline lanes shorts_widen(lanes a) {
    return _mm256_madd_epi16(a, _mm256_set1_epi16(1));
}

/// The sums of two neighbouring lanes.
static inline __m128i sum_pairs(lanes a) {
    const lanes sums = _mm256_add_epi32(a, _mm256_srli_epi64(a, 32));
    const lanes order = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    return _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(sums, order));
}

static inline void lanes_store_pairs(int32_t *to, lanes a, int32_t correction) {
    _mm_storeu_si128((void *)to, _mm_sub_epi32(sum_pairs(a), _mm_set1_epi32(correction)));
}

static inline lanes lanes_sum_neighbours(lanes a) {
    return _mm256_add_epi32(a, _mm256_srli_epi64(a, 32));
}

static inline lanes longs_multiply(lanes a, lanes b) {
    return _mm256_mul_epi32(a, b);
}

static inline lanes products_rows(struct products p) {
    const lanes mixed =
        _mm256_unpacklo_epi64(_mm256_shuffle_epi32(p.even, 0x08), _mm256_shuffle_epi32(p.odd, 0x08));
    return _mm256_permute4x64_epi64(mixed, 0xd8);
}

#include "part_of_lanes.h"

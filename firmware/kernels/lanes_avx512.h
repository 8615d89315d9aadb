// Vectors of 64 bytes: the operations of lanes_sse41.h for AVX-512 F, BW, DQ and VL.
#pragma once

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef __m512i lanes;
enum { LANES = 16 };

struct products {
    __m512i even, odd;
};

static inline lanes lanes_zero(void) {
    return _mm512_setzero_si512();
}

static inline lanes lanes_set(int32_t value) {
    return _mm512_set1_epi32(value);
}

static inline lanes lanes_load(const void *from) {
    return _mm512_loadu_si512(from);
}

static inline void lanes_store(void *to, lanes a) {
    _mm512_storeu_si512(to, a);
}

static inline lanes lanes_load_i16(const int16_t *from) {
    return _mm512_cvtepi16_epi32(_mm256_loadu_si256((const void *)from));
}

static inline lanes lanes_load_u16(const uint16_t *from) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)from));
}

static inline void lanes_store_i8(int8_t *to, lanes a) {
    _mm_storeu_si128((void *)to, _mm512_cvtepi32_epi8(a));
}

/// The first n lanes alone; what is not loaded is 0.
static inline __mmask16 first_lanes(uint32_t n) {
    return (__mmask16)((1U << n) - 1);
}

static inline lanes lanes_load_part(const int32_t *from, uint32_t n) {
    return _mm512_maskz_loadu_epi32(first_lanes(n), from);
}

static inline void lanes_store_part(int32_t *to, lanes a, uint32_t n) {
    _mm512_mask_storeu_epi32(to, first_lanes(n), a);
}

static inline lanes lanes_load_i16_part(const int16_t *from, uint32_t n) {
    return _mm512_cvtepi16_epi32(_mm256_maskz_loadu_epi16(first_lanes(n), from));
}

static inline lanes lanes_load_u16_part(const uint16_t *from, uint32_t n) {
    return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(first_lanes(n), from));
}

static inline void lanes_store_i8_part(int8_t *to, lanes a, uint32_t n) {
    _mm_mask_storeu_epi8(to, first_lanes(n), _mm512_cvtepi32_epi8(a));
}

static inline lanes lanes_and(lanes a, lanes b) {
    return _mm512_and_si512(a, b);
}

static inline lanes lanes_xor(lanes a, lanes b) {
    return _mm512_xor_si512(a, b);
}

static inline lanes lanes_add(lanes a, lanes b) {
    return _mm512_add_epi32(a, b);
}

static inline lanes lanes_subtract(lanes a, lanes b) {
    return _mm512_sub_epi32(a, b);
}

static inline lanes lanes_multiply(lanes a, lanes b) {
    return _mm512_mullo_epi32(a, b);
}

static inline lanes lanes_multiply_short(lanes a, lanes b) {
    return _mm512_madd_epi16(a, b);
}

static inline lanes lanes_minimum(lanes a, lanes b) {
    return _mm512_min_epi32(a, b);
}

static inline lanes lanes_maximum(lanes a, lanes b) {
    return _mm512_max_epi32(a, b);
}

static inline lanes lanes_absolute(lanes a) {
    return _mm512_abs_epi32(a);
}

static inline lanes lanes_shift_left(lanes a, uint32_t count) {
    return _mm512_sllv_epi32(a, _mm512_set1_epi32((int32_t)count));
}

static inline lanes lanes_shift_right(lanes a, uint32_t count) {
    return _mm512_srav_epi32(a, _mm512_set1_epi32((int32_t)count));
}

static inline lanes lanes_shift_right_logical(lanes a, uint32_t count) {
    return _mm512_srlv_epi32(a, _mm512_set1_epi32((int32_t)count));
}

/// The odd lanes where the even ones were: on the one port, shifts are on the other.
static inline lanes lanes_odd(lanes a) {
    return _mm512_castps_si512(_mm512_movehdup_ps(_mm512_castsi512_ps(a)));
}

static inline struct products lanes_products(lanes a, lanes b) {
    return (struct products){_mm512_mul_epi32(a, b), _mm512_mul_epi32(lanes_odd(a), lanes_odd(b))};
}

static inline struct products products_add(struct products p, int64_t value) {
    const __m512i values = _mm512_set1_epi64(value);
    return (struct products){_mm512_add_epi64(p.even, values), _mm512_add_epi64(p.odd, values)};
}

static inline struct products products_sum(struct products p, struct products q) {
    return (struct products){_mm512_add_epi64(p.even, q.even), _mm512_add_epi64(p.odd, q.odd)};
}

static inline struct products products_shift_right_logical(struct products p, uint32_t count) {
    const __m512i shift = _mm512_set1_epi64(count); // one count for all lanes would be two instructions
    return (struct products){_mm512_srlv_epi64(p.even, shift), _mm512_srlv_epi64(p.odd, shift)};
}

static inline __m512i clamp_64(__m512i a, int64_t low, int64_t high) {
    return _mm512_min_epi64(_mm512_max_epi64(a, _mm512_set1_epi64(low)), _mm512_set1_epi64(high));
}

static inline struct products products_clamp(struct products p, int64_t low, int64_t high) {
    return (struct products){clamp_64(p.even, low, high), clamp_64(p.odd, low, high)};
}

static inline lanes products_narrow(struct products p, uint32_t count) {
    const lanes even = _mm512_srlv_epi64(p.even, _mm512_set1_epi64(count));
    const lanes odd = _mm512_sllv_epi64(p.odd, _mm512_set1_epi64(32 - (int64_t)count));
    return _mm512_mask_blend_epi32(0xaaaa, even, odd);
}

static inline lanes products_high(struct products p) {
    return _mm512_castps_si512(
        _mm512_mask_movehdup_ps(_mm512_castsi512_ps(p.odd), 0x5555, _mm512_castsi512_ps(p.even)));
}

static inline uint64_t products_total(struct products p) {
    return (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(p.even, p.odd));
}

/// The largest magnitude of products as a float: operands of 24 bits are exact, and the upper 24 of a product
/// are when it is rounded to zero.
struct largest {
    __m512 magnitude;
};

static inline struct largest largest_none(void) {
    return (struct largest){_mm512_setzero_ps()};
}

/// The larger of the largest and |a * b|.
static inline struct largest largest_of(struct largest largest, lanes a, __m512 b) {
    enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC, LARGER_MAGNITUDE = 0x0b };
    const __m512 p =
        _mm512_mul_round_ps(_mm512_cvt_roundepi32_ps(a, NEAREST), b, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
    return (struct largest){_mm512_range_round_ps(largest.magnitude, p, LARGER_MAGNITUDE, _MM_FROUND_NO_EXC)};
}

static inline uint64_t largest_total(struct largest largest) {
    return (uint64_t)_mm512_reduce_max_ps(largest.magnitude);
}

static inline lanes bytes_repeat(const int8_t eight[8]) {
    int64_t value;
    memcpy(&value, eight, sizeof value);
    return _mm512_set1_epi64(value);
}

static inline lanes bytes_set(int8_t value) {
    return _mm512_set1_epi8(value);
}

static inline lanes shorts_shift_right(lanes a, const uint8_t count) {
    return _mm512_srli_epi16(a, count);
}

static inline lanes shorts_add(lanes a, lanes b) {
    return _mm512_add_epi16(a, b);
}

static inline lanes bytes_multiply(lanes digits, lanes activations) {
    return _mm512_maddubs_epi16(digits, activations);
}

static inline lanes shorts_widen(lanes a) {
    return _mm512_madd_epi16(a, _mm512_set1_epi16(1));
}

/// The sums of two neighbouring lanes.
static inline __m256i sum_pairs(lanes a) {
    return _mm512_cvtepi64_epi32(_mm512_add_epi32(a, _mm512_srli_epi64(a, 32)));
}

static inline void lanes_store_pairs(int32_t *to, lanes a, int32_t correction) {
    _mm256_storeu_si256((void *)to, _mm256_sub_epi32(sum_pairs(a), _mm256_set1_epi32(correction)));
}

static inline lanes lanes_sum_neighbours(lanes a) {
    return _mm512_add_epi32(a, _mm512_srli_epi64(a, 32));
}

static inline lanes longs_multiply(lanes a, lanes b) {
    return _mm512_mul_epi32(a, b);
}

static inline lanes products_rows(struct products p) {
    const __m512i order = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return _mm512_permutex2var_epi32(p.even, order, p.odd);
}

// The kernel for AVX-512 with VNNI: five weights in a byte (packing.h), products of bytes summed in 32 bits.
// The work between the matrices is that of AVX-512. Compiled for such processors only, so nothing else may be
// in this file.
#include "cpu_features.h"
#include "kernel.h"
#include "lanes_avx512.h"
#include "sigmoid_pieces.h"
#include "vector_work.h"

enum {
    FIVE = 5,
    LINES = LANES / 2,
    VECTOR_BYTES = 64,
    /// As in matrix_pairs.h.
    PREFETCH_BYTES = 4096,
    CACHE_LINE_BYTES = 64,
};

/// sum + the products of four bytes 0..255 with four signed bytes, in each lane. The instruction itself:
/// around the intrinsic gcc 12 copies every sum in every step.
static inline lanes add_products(lanes sum, lanes bytes, lanes input) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(bytes), "v"(input));
    return sum;
}

/// 3 u mod 256 for every byte: the next digit moves to the front. Two additions, which clang must not see
/// through: it would make products by 9, 27 and 81 of them, of 16 bits each.
static inline lanes next_digit(lanes u) {
    lanes triple = _mm512_add_epi8(u, _mm512_add_epi8(u, u));
    __asm__("" : "+v"(triple));
    return triple;
}

/// sum0..5 are the sums of u[0..5] times the activations. Modulo 2^32 they may wrap; 3 sum[j] - sum[j+1] is
/// 256 times a sum of digits times activations, at most 256 * 2 * 127 * 32768 < 2^31, and so exact.
static void multiply(const uint8_t *tile, const struct ternel_inputs *inputs, int32_t *sums) {
    lanes sum0 = lanes_zero();
    lanes sum1 = lanes_zero();
    lanes sum2 = lanes_zero();
    lanes sum3 = lanes_zero();
    lanes sum4 = lanes_zero();
    lanes sum5 = lanes_zero();
    const int8_t *activation = inputs->values;
    const int8_t *const end = activation + inputs->columns;
    for (; activation != end; activation += TERNEL_BLOCK_COLUMNS, tile += VECTOR_BYTES) {
        _mm_prefetch((const char *)((uintptr_t)tile + PREFETCH_BYTES), _MM_HINT_T0);
        const lanes input = bytes_repeat(activation);
        lanes u = lanes_load(tile);
        sum0 = add_products(sum0, u, input);
        u = next_digit(u);
        sum1 = add_products(sum1, u, input);
        u = next_digit(u);
        sum2 = add_products(sum2, u, input);
        u = next_digit(u);
        sum3 = add_products(sum3, u, input);
        u = next_digit(u);
        sum4 = add_products(sum4, u, input);
        u = next_digit(u);
        sum5 = add_products(sum5, u, input);
    }
    const lanes of_u[FIVE + 1] = {sum0, sum1, sum2, sum3, sum4, sum5};
    for (int i = 0; i < FIVE; i++) {
        const lanes triple = lanes_add(of_u[i], lanes_add(of_u[i], of_u[i]));
        const lanes digits = _mm512_srai_epi32(lanes_subtract(triple, of_u[i + 1]), 8);
        lanes_store_pairs(sums + i * LINES, digits, inputs->sums[0]);
    }
}

enum { SUMS = 4, TOTALS_BYTES = SUMS * VECTOR_BYTES };
#define EACH_SUM(DO, token) DO(token, 0) DO(token, 1) DO(token, 2) DO(token, 3)

/// floor(u * power / 256) for the even bytes, which come as their upper halves, and the odd ones.
static inline lanes leading(lanes even, lanes odd, lanes power, lanes upper) {
    const lanes of_even = _mm512_mulhi_epu16(even, power);
    const lanes of_odd = _mm512_mullo_epi16(odd, power);
    return _mm512_ternarylogic_epi32(of_odd, upper, of_even, 0xea); // odd & upper | even
}

/// Four bytes for the five digits d0..d4 of a byte: 64 d0 + d1, 64 d1 + d2, 64 d2 + d3, 64 d3 + d4. Five sums
/// of digits times activations come out of four sums of such bytes times activations (finish_rows).
///
/// floor(3^j u / 256) are the first j digits as a number (packing.h). Of two digits, tables of 16 bytes make
/// everything else.
static void unpack(const uint8_t *tile, uint32_t blocks, uint8_t *factors) {
#define OF_TWO(D)                                                                                            \
    D(0, 0), D(0, 1), D(0, 2), D(1, 0), D(1, 1), D(1, 2), D(2, 0), D(2, 1), D(2, 2), 0, 0, 0, 0, 0, 0, 0
#define TABLE(D) _mm512_broadcast_i32x4(_mm_setr_epi8(OF_TWO(D)))
#define BOTH(first, second) (char)(64 * (first) + (second))
#define SECOND_UPPER(first, second) (char)(64 * (second))
#define LESS_BOTH(first, second) (char)(-3 * (3 * (first) + (second)))
#define FIRST(first, second) (first)
    const lanes both = TABLE(BOTH);
    const lanes second_upper = TABLE(SECOND_UPPER);
    const lanes less_both = TABLE(LESS_BOTH);
    const lanes first = TABLE(FIRST);
    const lanes upper = _mm512_set1_epi16((int16_t)0xff00);
    lanes two_digits = _mm512_set1_epi16(9);
    lanes three_digits = _mm512_set1_epi16(27);
    // Products that stay products: made of shifts and additions, they would be more instructions.
    __asm__("" : "+v"(two_digits), "+v"(three_digits));
    for (uint32_t i = 0; i < blocks; i++, tile += VECTOR_BYTES, factors += SUMS * VECTOR_BYTES) {
        const lanes u = lanes_load(tile);
        const lanes even = _mm512_slli_epi16(u, 8);
        const lanes odd = _mm512_srli_epi16(u, 8);
        const lanes d01 = leading(even, odd, two_digits, upper);
        const lanes d012 = leading(even, odd, three_digits, upper);
        const lanes d2 = _mm512_add_epi8(d012, _mm512_shuffle_epi8(less_both, d01));
        // The same of what three digits leave.
        const lanes odd_left = _mm512_andnot_si512(upper, _mm512_mullo_epi16(odd, three_digits));
        const lanes d34 = leading(_mm512_mullo_epi16(even, three_digits), odd_left, two_digits, upper);
        lanes_store(factors, _mm512_shuffle_epi8(both, d01));
        lanes_store(factors + VECTOR_BYTES, _mm512_or_si512(_mm512_shuffle_epi8(second_upper, d01), d2));
        lanes_store(factors + 2 * VECTOR_BYTES,
                    _mm512_or_si512(_mm512_slli_epi16(d2, 6), _mm512_shuffle_epi8(first, d34)));
        lanes_store(factors + 3 * VECTOR_BYTES, _mm512_shuffle_epi8(both, d34));
    }
}

/// The steps in one piece: one by one, gcc 12 copies some of the sums in every step.
static inline void accumulate(lanes *sum0, lanes *sum1, lanes *sum2, lanes *sum3, lanes factor0,
                              lanes factor1, lanes factor2, lanes factor3, lanes input) {
    __asm__("vpdpbusd %8, %4, %0\n\t"
            "vpdpbusd %8, %5, %1\n\t"
            "vpdpbusd %8, %6, %2\n\t"
            "vpdpbusd %8, %7, %3"
            : "+v"(*sum0), "+v"(*sum1), "+v"(*sum2), "+v"(*sum3)
            : "v"(factor0), "v"(factor1), "v"(factor2), "v"(factor3), "v"(input));
}

static inline lanes first_sum(const uint8_t *total) {
    return lanes_load(total);
}

static inline lanes total_of(lanes sum, const uint8_t *total) {
    (void)total;
    return sum;
}

/// Of the rows 0..7 of two tokens: the sums of neighbouring lanes.
static inline lanes sum_neighbours(const uint8_t *a, const uint8_t *b) {
    const lanes even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const lanes odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    return lanes_add(_mm512_permutex2var_epi32(lanes_load(a), even, lanes_load(b)),
                     _mm512_permutex2var_epi32(lanes_load(a), odd, lanes_load(b)));
}

/// S24(R(sum * mantissa, shift)): a sum has at most 22 bits.
INLINE lanes rescale_rows(lanes sums, __m512 scale) {
    return floor_saturate(multiply_down(operand_of(sums), scale, _mm512_set1_ps(0.5F)));
}

INLINE void store_rows(int32_t *a, int32_t *b, int digit, lanes rows) {
    _mm256_storeu_si256((void *)(a + digit * LINES), _mm512_castsi512_si256(rows));
    _mm256_storeu_si256((void *)(b + digit * LINES), _mm512_extracti64x4_epi64(rows, 1));
}

/// The rows of two tokens a and b, whose sums are `totals`. Each sum of digits is that of the trits and
/// `activations`, the sum of the activations, more.
///
/// The four sums of a token are s[j] = 64 D[j] + D[j + 1]. s[3] - 64 s[2] + 64^2 s[1] - 64^3 s[0] = D[4] -
/// 2^24 D[0], and |D[4]| <= 127 * 32768 < 2^23: its lower 24 bits are D[4], and from there the others follow.
INLINE void finish_rows(const uint8_t *totals_a, const uint8_t *totals_b, lanes activations, __m512 scale,
                        int32_t *a, int32_t *b) {
    const lanes less = lanes_add(_mm512_slli_epi32(activations, 6), activations);
    const lanes sum0 = lanes_subtract(sum_neighbours(totals_a, totals_b), less);
    totals_a += VECTOR_BYTES;
    totals_b += VECTOR_BYTES;
    const lanes sum1 = lanes_subtract(sum_neighbours(totals_a, totals_b), less);
    totals_a += VECTOR_BYTES;
    totals_b += VECTOR_BYTES;
    const lanes sum2 = lanes_subtract(sum_neighbours(totals_a, totals_b), less);
    totals_a += VECTOR_BYTES;
    totals_b += VECTOR_BYTES;
    const lanes sum3 = lanes_subtract(sum_neighbours(totals_a, totals_b), less);
    lanes rest = lanes_subtract(sum1, _mm512_slli_epi32(sum0, 6));
    rest = lanes_subtract(sum2, _mm512_slli_epi32(rest, 6));
    rest = lanes_subtract(sum3, _mm512_slli_epi32(rest, 6));
    const lanes row4 = _mm512_srai_epi32(_mm512_slli_epi32(rest, 8), 8);
    const lanes row3 = _mm512_srai_epi32(lanes_subtract(sum3, row4), 6);
    const lanes row2 = _mm512_srai_epi32(lanes_subtract(sum2, row3), 6);
    const lanes row1 = _mm512_srai_epi32(lanes_subtract(sum1, row2), 6);
    const lanes row0 = _mm512_srai_epi32(lanes_subtract(sum0, row1), 6);
    store_rows(a, b, 0, rescale_rows(row0, scale));
    store_rows(a, b, 1, rescale_rows(row1, scale));
    store_rows(a, b, 2, rescale_rows(row2, scale));
    store_rows(a, b, 3, rescale_rows(row3, scale));
    store_rows(a, b, 4, rescale_rows(row4, scale));
}

static void finish(const struct ternel_inputs *inputs, uint32_t first, uint32_t end, const uint8_t *totals,
                   int32_t *rows, uint32_t stride) {
    for (uint32_t a = first; a < end; a += 2) {
        const uint32_t b = a + 1 < end ? a + 1 : a; // an odd one out is computed twice
        const lanes activations = _mm512_mask_set1_epi32(lanes_set(inputs->sums[a]), 0xff00, inputs->sums[b]);
        const __m512 scale = _mm512_mask_broadcastss_ps(_mm512_set1_ps(inputs->rescalers[a].scale), 0xff00,
                                                        _mm_set_ss(inputs->rescalers[b].scale));
        finish_rows(totals + (a - first) * TOTALS_BYTES, totals + (b - first) * TOTALS_BYTES, activations,
                    scale, rows + (a - first) * stride, rows + (b - first) * stride);
    }
}

#include "matrix_many.h"

const struct ternel_kernel ternel_kernel_avx512_vnni = {
    .name = "avx512-vnni",
    .features = TERNEL_CPU_AVX512 | TERNEL_CPU_AVX512_VNNI,
    .packing = {.trits = FIVE, .lines = LINES},
    .multiply = multiply,
    .multiply_many = multiply_many,
    .products = SUMS,
    .peak = peak,
    .vector = &vector_work,
};

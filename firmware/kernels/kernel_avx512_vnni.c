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

/// floor(u * power / 256) for the even bytes, which come as their upper halves, and the odd ones.
static inline lanes leading(lanes even, lanes odd, lanes power, lanes upper) {
    const lanes of_even = _mm512_mulhi_epu16(even, power);
    const lanes of_odd = _mm512_mullo_epi16(odd, power);
    return _mm512_ternarylogic_epi32(of_odd, upper, of_even, 0xea); // odd & upper | even
}

/// Four bytes for the five digits d0..d4 of a byte: 64 d0 + d1, 64 d1 + d2, 64 d2 + d3, 64 d3 + d4. Five sums
/// of digits times activations come out of four sums of such bytes times activations (finish).
///
/// floor(3^j u / 256) are the first j digits as a number (packing.h). Of two digits, tables of 16 bytes make
/// everything else.
static void unpack(const uint8_t *tile, uint32_t blocks, uint8_t *factors) {
#define OF_TWO(D)                                                                                            \
    D(0, 0), D(0, 1), D(0, 2), D(1, 0), D(1, 1), D(1, 2), D(2, 0), D(2, 1), D(2, 2), 0, 0, 0, 0, 0, 0, 0
#define TABLE(D) _mm512_broadcast_i32x4(_mm_setr_epi8(OF_TWO(D)))
#define BOTH(first, second) (char)(64 * (first) + (second))
#define FIRST(first, second) (first)
#define SECOND_UPPER(first, second) (char)(64 * (second))
#define LESS_NINE(first, second) (char)(-9 * (3 * (first) + (second)))
    const lanes both = TABLE(BOTH);
    const lanes first = TABLE(FIRST);
    const lanes second_upper = TABLE(SECOND_UPPER);
    const lanes less_nine = TABLE(LESS_NINE);
    const lanes upper = _mm512_set1_epi16((int16_t)0xff00);
    const lanes low_bits = _mm512_set1_epi8(3);
    lanes two_digits = _mm512_set1_epi16(9);
    lanes four_digits = _mm512_set1_epi16(81);
    lanes five_digits = _mm512_set1_epi16(243);
    // Products that stay products: made of shifts and additions, they would be more instructions.
    __asm__("" : "+v"(two_digits), "+v"(four_digits), "+v"(five_digits));
#pragma GCC unroll 2
    for (uint32_t i = 0; i < blocks; i++, tile += VECTOR_BYTES, factors += 4 * VECTOR_BYTES) {
        const lanes u = lanes_load(tile);
        const lanes even = _mm512_slli_epi16(u, 8);
        const lanes odd = _mm512_srli_epi16(u, 8);
        const lanes d01 = leading(even, odd, two_digits, upper);
        const lanes d0123 = leading(even, odd, four_digits, upper);
        const lanes d01234 = leading(even, odd, five_digits, upper);
        const lanes d23 = _mm512_add_epi8(d0123, _mm512_shuffle_epi8(less_nine, d01));
        // d01234 - 3 d0123: less than four, and modulo four the sum of both.
        const lanes d4 = lanes_and(_mm512_add_epi8(d01234, d0123), low_bits);
        lanes_store(factors, _mm512_shuffle_epi8(both, d01));
        lanes_store(factors + VECTOR_BYTES,
                    _mm512_or_si512(_mm512_shuffle_epi8(second_upper, d01), _mm512_shuffle_epi8(first, d23)));
        lanes_store(factors + 2 * VECTOR_BYTES, _mm512_shuffle_epi8(both, d23));
        lanes_store(factors + 3 * VECTOR_BYTES, _mm512_or_si512(_mm512_shuffle_epi8(second_upper, d23), d4));
    }
}

/// The steps in one piece: one by one, gcc 12 copies some of the sums in every step, and so it does if they
/// are not to share a register with an operand (&). They never do: of a sum, which comes out of such an
/// instruction, no compiler knows that it is equal to anything.
static inline void accumulate(lanes *sum0, lanes *sum1, lanes *sum2, lanes *sum3, lanes factor0,
                              lanes factor1, lanes factor2, lanes factor3, lanes input) {
    __asm__("vpdpbusd %8, %4, %0\n\t"
            "vpdpbusd %8, %5, %1\n\t"
            "vpdpbusd %8, %6, %2\n\t"
            "vpdpbusd %8, %7, %3"
            : "+v"(*sum0), "+v"(*sum1), "+v"(*sum2), "+v"(*sum3)
            : "v"(factor0), "v"(factor1), "v"(factor2), "v"(factor3), "v"(input));
}

/// -65 times the sum of the activations (finish), in one of a row's two lanes.
static inline lanes first_sum(int32_t activations) {
    return _mm512_maskz_set1_epi32(0x5555, -65 * activations);
}

static inline lanes total_of(lanes sum) {
    return sum;
}

/// Of the rows 0..7 of two tokens: the sums of neighbouring lanes.
INLINE lanes sum_neighbours(lanes a, lanes b) {
    const lanes even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const lanes odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    return lanes_add(_mm512_permutex2var_epi32(a, even, b), _mm512_permutex2var_epi32(a, odd, b));
}

/// Rows of two tokens, rescaled: S24(R(sum * mantissa, shift)), where a sum has at most 22 bits.
INLINE void store_rows(int32_t *a, int32_t *b, int digit, lanes sums, __m512 scale) {
    const lanes rows = floor_saturate(multiply_down(operand_of(sums), scale, _mm512_set1_ps(0.5F)));
    _mm256_storeu_si256((void *)(a + digit * LINES), _mm512_castsi512_si256(rows));
    _mm256_storeu_si256((void *)(b + digit * LINES), _mm512_extracti64x4_epi64(rows, 1));
}

/// A sum of digits D[j] is that of the trits, T[j], and the sum of the activations more. So a token's sums of
/// products, 64 D[j] + D[j + 1], are 65 times the sum of the activations more than s[j] = 64 T[j] + T[j + 1],
/// and begin at minus that. s[3] - 64 s[2] + 64^2 s[1] - 64^3 s[0] = T[4] - 2^24 T[0], and
/// |T[4]| <= 127 * 32768 < 2^23: its lower 24 bits are T[4], and from there the others follow.
INLINE void finish(lanes a0, lanes a1, lanes a2, lanes a3, lanes b0, lanes b1, lanes b2, lanes b3,
                   const struct ternel_inputs *inputs, uint32_t token_a, uint32_t token_b, int32_t *rows_a,
                   int32_t *rows_b) {
    const __m512 scale = _mm512_mask_broadcastss_ps(_mm512_set1_ps(inputs->rescalers[token_a].scale), 0xff00,
                                                    _mm_set_ss(inputs->rescalers[token_b].scale));
    const lanes sum0 = sum_neighbours(a0, b0);
    const lanes sum1 = sum_neighbours(a1, b1);
    const lanes sum2 = sum_neighbours(a2, b2);
    const lanes sum3 = sum_neighbours(a3, b3);
    lanes rest = lanes_subtract(sum1, _mm512_slli_epi32(sum0, 6));
    rest = lanes_subtract(sum2, _mm512_slli_epi32(rest, 6));
    rest = lanes_subtract(sum3, _mm512_slli_epi32(rest, 6));
    const lanes row4 = _mm512_srai_epi32(_mm512_slli_epi32(rest, 8), 8);
    const lanes row3 = _mm512_srai_epi32(lanes_subtract(sum3, row4), 6);
    const lanes row2 = _mm512_srai_epi32(lanes_subtract(sum2, row3), 6);
    const lanes row1 = _mm512_srai_epi32(lanes_subtract(sum1, row2), 6);
    const lanes row0 = _mm512_srai_epi32(lanes_subtract(sum0, row1), 6);
    store_rows(rows_a, rows_b, 0, row0, scale);
    store_rows(rows_a, rows_b, 1, row1, scale);
    store_rows(rows_a, rows_b, 2, row2, scale);
    store_rows(rows_a, rows_b, 3, row3, scale);
    store_rows(rows_a, rows_b, 4, row4, scale);
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

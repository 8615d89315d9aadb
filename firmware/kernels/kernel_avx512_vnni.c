// The kernel for AVX-512 with VNNI: five weights in a byte (packing.h), products of bytes summed in 32 bits.
// The work between the matrices is that of AVX-512. Compiled for such processors only, so nothing else may be
// in this file.
#include "cpu_features.h"
#include "kernel.h"
#include "lanes_avx512.h"
#include "sigmoid_pieces.h"
// The rows of one tile fill no whole number of vectors, but the rest fills one half as long.
#define REST(name) ternel_kernel_avx2.vector->name
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

/// One byte a digit: block by block, the five groups of rows one after the other. The byte of digit j is
/// floor(3^(j+1) u / 256), the first digits as a number: three times the byte before it, and the digit. It is
/// the upper half of a product of 16 bits, of the odd bytes in its place already.
static void unpack(const uint8_t *tile, uint32_t blocks, uint8_t *digits) {
    const lanes upper = _mm512_set1_epi16((int16_t)0xff00);
    lanes power[FIVE];
    for (int j = 0, value = 3; j < FIVE; j++, value *= 3) {
        power[j] = _mm512_set1_epi16((int16_t)value);
        // Products that stay products: made of shifts and additions, they would be more instructions.
        __asm__("" : "+v"(power[j]));
    }
    for (uint32_t i = 0; i < blocks; i++, tile += VECTOR_BYTES) {
        const lanes u = lanes_load(tile);
        const lanes even = _mm512_slli_epi16(u, 8);
        const lanes odd = _mm512_srli_epi16(u, 8);
#pragma GCC unroll 5
        for (int j = 0; j < FIVE; j++, digits += VECTOR_BYTES) {
            const lanes of_even = _mm512_mulhi_epu16(even, power[j]);
            const lanes of_odd = _mm512_mullo_epi16(odd, power[j]);
            lanes_store(digits,
                        _mm512_ternarylogic_epi32(of_odd, upper, of_even, 0xea)); // odd & upper | even
        }
    }
}

#define EACH_DIGIT(DO, token) DO(token, 0) DO(token, 1) DO(token, 2) DO(token, 3) DO(token, 4)

/// The five steps in one piece: one by one, gcc 12 copies some of the sums in every step.
static inline void accumulate(lanes *sum0, lanes *sum1, lanes *sum2, lanes *sum3, lanes *sum4, lanes digit0,
                              lanes digit1, lanes digit2, lanes digit3, lanes digit4, lanes input) {
    __asm__("vpdpbusd %10, %5, %0\n\t"
            "vpdpbusd %10, %6, %1\n\t"
            "vpdpbusd %10, %7, %2\n\t"
            "vpdpbusd %10, %8, %3\n\t"
            "vpdpbusd %10, %9, %4"
            : "+v"(*sum0), "+v"(*sum1), "+v"(*sum2), "+v"(*sum3), "+v"(*sum4)
            : "v"(digit0), "v"(digit1), "v"(digit2), "v"(digit3), "v"(digit4), "v"(input));
}

static inline lanes first_sum(const uint8_t *total) {
    return lanes_load(total);
}

static inline lanes total_of(lanes sum, const uint8_t *total) {
    (void)total;
    return sum;
}

enum { TOTAL_CARRIES = 3 };

#include "matrix_many.h"

const struct ternel_kernel ternel_kernel_avx512_vnni = {
    .name = "avx512-vnni",
    .features = TERNEL_CPU_AVX512 | TERNEL_CPU_AVX512_VNNI,
    .packing = {.trits = FIVE, .lines = LINES},
    .multiply = multiply,
    .multiply_many = multiply_many,
    .peak = peak,
    .vector = &vector_work,
};

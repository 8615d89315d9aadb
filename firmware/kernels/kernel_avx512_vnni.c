// The kernel for AVX-512 with VNNI: five weights in a byte (packing.h), products of bytes summed in 32 bits.
// The work between the matrices is that of AVX-512. Compiled for such processors only, so nothing else may be
// in this file.
#include "cpu_features.h"
#include "kernel.h"
#include "lanes_avx512.h"
#include "vector_work.h"

enum {
    DIGITS = 5,
    LINES = LANES / 2,
    VECTOR_BYTES = 64,
    /// As in matrix_pairs.h.
    PREFETCH_BYTES = 4096,
    /// 5 * 5 sums, 5 digits and an input fill 31 of 32 registers.
    TOKENS_AT_ONCE = 5,
};

static inline uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/// 3 u mod 256 for every byte: the next digit moves to the front.
static inline lanes next_digit(lanes u) {
    return _mm512_add_epi8(u, _mm512_add_epi8(u, u));
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
        sum0 = _mm512_dpbusd_epi32(sum0, u, input);
        u = next_digit(u);
        sum1 = _mm512_dpbusd_epi32(sum1, u, input);
        u = next_digit(u);
        sum2 = _mm512_dpbusd_epi32(sum2, u, input);
        u = next_digit(u);
        sum3 = _mm512_dpbusd_epi32(sum3, u, input);
        u = next_digit(u);
        sum4 = _mm512_dpbusd_epi32(sum4, u, input);
        u = next_digit(u);
        sum5 = _mm512_dpbusd_epi32(sum5, u, input);
    }
    const lanes of_u[DIGITS + 1] = {sum0, sum1, sum2, sum3, sum4, sum5};
    for (int i = 0; i < DIGITS; i++) {
        const lanes triple = lanes_add(of_u[i], lanes_add(of_u[i], of_u[i]));
        const lanes digits = _mm512_srai_epi32(lanes_subtract(triple, of_u[i + 1]), 8);
        lanes_store_pairs(sums + i * LINES, digits, inputs->sums[0]);
    }
}

/// One byte a digit: block by block, the five groups of rows one after the other.
static void unpack(const uint8_t *tile, uint32_t blocks, uint8_t *digits) {
    const lanes one = bytes_set(1);
    for (uint32_t i = 0; i < blocks; i++, tile += VECTOR_BYTES) {
        _mm_prefetch((const char *)((uintptr_t)tile + PREFETCH_BYTES), _MM_HINT_T0);
        lanes u = lanes_load(tile);
        for (int j = 0; j < DIGITS; j++, digits += VECTOR_BYTES) {
            // floor(3 u / 256): 0 up to 85, 1 up to 170, else 2
            const __mmask64 some = _mm512_cmpgt_epu8_mask(u, bytes_set(85));
            const __mmask64 two = _mm512_cmpgt_epu8_mask(u, bytes_set((int8_t)170));
            const lanes digit = _mm512_maskz_mov_epi8(some, one);
            lanes_store(digits, _mm512_mask_add_epi8(digit, two, digit, one));
            u = next_digit(u);
        }
    }
}

/// Adds the products of one unpacked piece and `tokens` (a constant where this is inlined) activations.
INLINE void multiply_piece(const uint8_t *digits, uint32_t blocks, const int8_t *activation,
                           uint32_t activation_stride, int32_t *sums, uint32_t stride,
                           const uint32_t tokens) {
    lanes sum[TOKENS_AT_ONCE][DIGITS];
#pragma GCC unroll 8
    for (uint32_t t = 0; t < tokens; t++) {
#pragma GCC unroll 8
        for (int i = 0; i < DIGITS; i++) {
            sum[t][i] = lanes_zero();
        }
    }
    for (uint32_t block = 0; block < blocks; block++) {
        lanes digit[DIGITS];
#pragma GCC unroll 8
        for (int i = 0; i < DIGITS; i++) {
            digit[i] = lanes_load(digits + i * VECTOR_BYTES);
        }
#pragma GCC unroll 8
        for (uint32_t t = 0; t < tokens; t++) {
            const lanes input = bytes_repeat(activation + t * activation_stride);
#pragma GCC unroll 8
            for (int i = 0; i < DIGITS; i++) {
                sum[t][i] = _mm512_dpbusd_epi32(sum[t][i], digit[i], input);
            }
        }
        digits += DIGITS * VECTOR_BYTES;
        activation += TERNEL_BLOCK_COLUMNS;
    }
#pragma GCC unroll 8
    for (uint32_t t = 0; t < tokens; t++) {
#pragma GCC unroll 8
        for (int i = 0; i < DIGITS; i++) {
            lanes_add_pairs(sums + t * stride + i * LINES, sum[t][i]);
        }
    }
}

static void multiply_many(const uint8_t *tile, const struct ternel_inputs *inputs, uint8_t *scratch,
                          int32_t *sums, uint32_t stride) {
    for (uint32_t t = 0; t < inputs->tokens; t++) {
        for (uint32_t row = 0; row < DIGITS * LINES; row++) {
            sums[t * stride + row] = -inputs->sums[t];
        }
    }
    for (uint32_t done = 0; done < inputs->columns; done += TERNEL_PIECE_COLUMNS) {
        const uint32_t blocks = least(inputs->columns - done, TERNEL_PIECE_COLUMNS) / TERNEL_BLOCK_COLUMNS;
        unpack(tile, blocks, scratch);
        tile += blocks * VECTOR_BYTES;
        const int8_t *activation = inputs->values + done;
        for (uint32_t t = 0; t < inputs->tokens; t += TOKENS_AT_ONCE) {
            const int8_t *from = activation + t * inputs->stride;
            int32_t *to = sums + t * stride;
            switch (least(inputs->tokens - t, TOKENS_AT_ONCE)) {
            case 1:
                multiply_piece(scratch, blocks, from, inputs->stride, to, stride, 1);
                break;
            case 2:
                multiply_piece(scratch, blocks, from, inputs->stride, to, stride, 2);
                break;
            case 3:
                multiply_piece(scratch, blocks, from, inputs->stride, to, stride, 3);
                break;
            case 4:
                multiply_piece(scratch, blocks, from, inputs->stride, to, stride, 4);
                break;
            default:
                multiply_piece(scratch, blocks, from, inputs->stride, to, stride, TOKENS_AT_ONCE);
                break;
            }
        }
    }
}

const struct ternel_kernel ternel_kernel_avx512_vnni = {
    .name = "avx512-vnni",
    .features = TERNEL_CPU_AVX512 | TERNEL_CPU_AVX512_VNNI,
    .packing = {.trits = DIGITS, .lines = LINES},
    .multiply = multiply,
    .multiply_many = multiply_many,
    .vector = &vector_work,
};

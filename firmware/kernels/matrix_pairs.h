// The products of a kernel that stores four weights in a byte, for vectors of any width: included by a kernel
// after its lanes_*.h. A vector holds a block, LANES / 2 lines of eight columns; its four digits belong to
// four groups of rows.
#pragma once

#include "kernel.h"

enum {
    PAIRS = 4,
    LINES = LANES / 2,
    VECTOR_BYTES = 4 * LANES,
    /// How far ahead of the multiplication the weights are asked for: measured, 2048 is slower, 8192 no
    /// faster.
    PREFETCH_BYTES = 4096,
    CACHE_LINE_BYTES = 64,
    /// Tokens that share the loads of the digits: as many as have room in the registers.
    TOKENS_AT_ONCE = LANES == 16 ? 5 : 2,
};
_Static_assert(TERNEL_PIECE_COLUMNS / TERNEL_BLOCK_COLUMNS * 2 * 2 * 127 <= 32767, "sums fit 16 bits");

static inline uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static void multiply(const uint8_t *tile, const struct ternel_inputs *inputs, int32_t *sums) {
    const lanes mask = bytes_set(3);
    lanes totals[PAIRS] = {lanes_zero(), lanes_zero(), lanes_zero(), lanes_zero()};
    const int8_t *activation = inputs->values;
    for (uint32_t done = 0; done < inputs->columns; done += TERNEL_PIECE_COLUMNS) {
        const int8_t *const end = activation + least(inputs->columns - done, TERNEL_PIECE_COLUMNS);
        lanes sum0 = lanes_zero();
        lanes sum1 = lanes_zero();
        lanes sum2 = lanes_zero();
        lanes sum3 = lanes_zero();
        for (; activation != end; activation += TERNEL_BLOCK_COLUMNS, tile += VECTOR_BYTES) {
            if (VECTOR_BYTES == CACHE_LINE_BYTES || (uintptr_t)tile % CACHE_LINE_BYTES == 0) {
                _mm_prefetch((const char *)((uintptr_t)tile + PREFETCH_BYTES), _MM_HINT_T0);
            }
            const lanes input = bytes_repeat(activation);
            const lanes digits = lanes_load(tile);
            sum0 = shorts_add(sum0, bytes_multiply(lanes_and(digits, mask), input));
            sum1 = shorts_add(sum1, bytes_multiply(lanes_and(shorts_shift_right(digits, 2), mask), input));
            sum2 = shorts_add(sum2, bytes_multiply(lanes_and(shorts_shift_right(digits, 4), mask), input));
            sum3 = shorts_add(sum3, bytes_multiply(lanes_and(shorts_shift_right(digits, 6), mask), input));
        }
        totals[0] = lanes_add(totals[0], shorts_widen(sum0));
        totals[1] = lanes_add(totals[1], shorts_widen(sum1));
        totals[2] = lanes_add(totals[2], shorts_widen(sum2));
        totals[3] = lanes_add(totals[3], shorts_widen(sum3));
    }
    for (int i = 0; i < PAIRS; i++) {
        lanes_store_pairs(sums + i * LINES, totals[i], inputs->sums[0]);
    }
}

/// One byte a digit: block by block, the four groups of rows one after the other.
static void unpack(const uint8_t *tile, uint32_t blocks, uint8_t *digits) {
    const lanes mask = bytes_set(3);
    for (uint32_t i = 0; i < blocks; i++, tile += VECTOR_BYTES, digits += PAIRS * VECTOR_BYTES) {
        _mm_prefetch((const char *)((uintptr_t)tile + PREFETCH_BYTES), _MM_HINT_T0);
        const lanes four = lanes_load(tile);
        lanes_store(digits, lanes_and(four, mask));
        lanes_store(digits + VECTOR_BYTES, lanes_and(shorts_shift_right(four, 2), mask));
        lanes_store(digits + 2 * VECTOR_BYTES, lanes_and(shorts_shift_right(four, 4), mask));
        lanes_store(digits + 3 * VECTOR_BYTES, lanes_and(shorts_shift_right(four, 6), mask));
    }
}

/// Adds the products of one unpacked piece and `tokens` (a constant where this is inlined) activations.
__attribute__((always_inline)) static inline void multiply_piece(const uint8_t *digits, uint32_t blocks,
                                                                 const int8_t *activation,
                                                                 uint32_t activation_stride, int32_t *sums,
                                                                 uint32_t stride, const uint32_t tokens) {
    lanes sum[TOKENS_AT_ONCE][PAIRS];
#pragma GCC unroll 8
    for (uint32_t t = 0; t < tokens; t++) {
#pragma GCC unroll 8
        for (int i = 0; i < PAIRS; i++) {
            sum[t][i] = lanes_zero();
        }
    }
    for (uint32_t block = 0; block < blocks; block++) {
        lanes input[TOKENS_AT_ONCE];
#pragma GCC unroll 8
        for (uint32_t t = 0; t < tokens; t++) {
            input[t] = bytes_repeat(activation + t * activation_stride);
        }
#pragma GCC unroll 8
        for (int i = 0; i < PAIRS; i++) {
            const lanes digit = lanes_load(digits + i * VECTOR_BYTES);
#pragma GCC unroll 8
            for (uint32_t t = 0; t < tokens; t++) {
                sum[t][i] = shorts_add(sum[t][i], bytes_multiply(digit, input[t]));
            }
        }
        digits += PAIRS * VECTOR_BYTES;
        activation += TERNEL_BLOCK_COLUMNS;
    }
#pragma GCC unroll 8
    for (uint32_t t = 0; t < tokens; t++) {
#pragma GCC unroll 8
        for (int i = 0; i < PAIRS; i++) {
            lanes_add_pairs(sums + t * stride + i * LINES, shorts_widen(sum[t][i]));
        }
    }
}

static void multiply_many(const uint8_t *tile, const struct ternel_inputs *inputs, uint8_t *scratch,
                          int32_t *sums, uint32_t stride) {
    for (uint32_t t = 0; t < inputs->tokens; t++) {
        for (uint32_t row = 0; row < PAIRS * LINES; row++) {
            sums[t * stride + row] = -inputs->sums[t];
        }
    }
    for (uint32_t done = 0; done < inputs->columns; done += TERNEL_PIECE_COLUMNS) {
        const uint32_t blocks = least(inputs->columns - done, TERNEL_PIECE_COLUMNS) / TERNEL_BLOCK_COLUMNS;
        unpack(tile, blocks, scratch);
        tile += blocks * VECTOR_BYTES;
        const int8_t *activation = inputs->values + done;
        uint32_t t = 0;
        for (; t + TOKENS_AT_ONCE <= inputs->tokens; t += TOKENS_AT_ONCE) {
            multiply_piece(scratch, blocks, activation + t * inputs->stride, inputs->stride,
                           sums + t * stride, stride, TOKENS_AT_ONCE);
        }
        for (; t < inputs->tokens; t++) {
            multiply_piece(scratch, blocks, activation + t * inputs->stride, inputs->stride,
                           sums + t * stride, stride, 1);
        }
    }
}

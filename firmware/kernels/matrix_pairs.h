// The products of a kernel that stores four weights in a byte, for vectors of any width: included by a kernel
// after its lanes_*.h. A vector holds a block, LANES / 2 lines of eight columns; its four digits belong to
// four groups of rows.
#pragma once

#include "kernel.h"
#include "rounding.h"

enum {
    PAIRS = 4,
    LINES = LANES / 2,
    VECTOR_BYTES = 4 * LANES,
    /// How far ahead of the multiplication the weights are asked for: measured, 2048 is slower, 8192 no
    /// faster.
    PREFETCH_BYTES = 4096,
    CACHE_LINE_BYTES = 64,
};
_Static_assert(TERNEL_PIECE_COLUMNS / TERNEL_BLOCK_COLUMNS * 2 * 2 * 127 <= 32767, "sums fit 16 bits");

static void multiply(const uint8_t *tile, const struct ternel_inputs *inputs, int32_t *sums) {
    const lanes mask = bytes_set(3);
    lanes totals[PAIRS] = {lanes_zero(), lanes_zero(), lanes_zero(), lanes_zero()};
    const int8_t *activation = inputs->values;
    for (uint32_t done = 0; done < inputs->columns; done += TERNEL_PIECE_COLUMNS) {
        const uint32_t rest = inputs->columns - done;
        const int8_t *const end = activation + (rest < TERNEL_PIECE_COLUMNS ? rest : TERNEL_PIECE_COLUMNS);
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
        const lanes four = lanes_load(tile);
        lanes_store(digits, lanes_and(four, mask));
        lanes_store(digits + VECTOR_BYTES, lanes_and(shorts_shift_right(four, 2), mask));
        lanes_store(digits + 2 * VECTOR_BYTES, lanes_and(shorts_shift_right(four, 4), mask));
        lanes_store(digits + 3 * VECTOR_BYTES, lanes_and(shorts_shift_right(four, 6), mask));
    }
}

static inline lanes first_sum(int32_t activations) {
    (void)activations; // their sum is subtracted with the rescaler's product
    return lanes_zero();
}

static inline void accumulate(lanes *sum0, lanes *sum1, lanes *sum2, lanes *sum3, lanes digit0, lanes digit1,
                              lanes digit2, lanes digit3, lanes input) {
    *sum0 = shorts_add(*sum0, bytes_multiply(digit0, input));
    *sum1 = shorts_add(*sum1, bytes_multiply(digit1, input));
    *sum2 = shorts_add(*sum2, bytes_multiply(digit2, input));
    *sum3 = shorts_add(*sum3, bytes_multiply(digit3, input));
}

static inline lanes total_of(lanes sum) {
    return shorts_widen(sum);
}

/// The 64-bit products of a token's rescaler with the rows of a total. The sum of a row is in two
/// neighbouring lanes.
INLINE lanes rescaled_products(lanes total, int32_t mantissa) {
    return longs_multiply(lanes_sum_neighbours(total), lanes_set(mantissa));
}

/// The rows of one token.
static void finish_rows(lanes total0, lanes total1, lanes total2, lanes total3,
                        const struct ternel_inputs *inputs, uint32_t token, int32_t *rows) {
    const int32_t mantissa = inputs->rescalers[token].mantissa;
    const int64_t offset = -(int64_t)inputs->sums[token] * mantissa;
    const uint32_t sum_bits = 32 - (uint32_t)__builtin_clz(127 * inputs->columns);
    const struct rounding rounding = rounding_of(inputs->rescalers[token].shift, sum_bits + 16);
    const struct products first = {.even = rescaled_products(total0, mantissa),
                                   .odd = rescaled_products(total1, mantissa)};
    const struct products second = {.even = rescaled_products(total2, mantissa),
                                    .odd = rescaled_products(total3, mantissa)};
#define BODY(kind)                                                                                           \
    lanes_store(rows, round_rows(first, offset, &rounding, kind));                                           \
    lanes_store(rows + 2 * LINES, round_rows(second, offset, &rounding, kind))
    FOR_EACH_KIND(&rounding, BODY);
#undef BODY
}

INLINE void finish(lanes a0, lanes a1, lanes a2, lanes a3, lanes b0, lanes b1, lanes b2, lanes b3,
                   const struct ternel_inputs *inputs, uint32_t token_a, uint32_t token_b, int32_t *rows_a,
                   int32_t *rows_b) {
    finish_rows(a0, a1, a2, a3, inputs, token_a, rows_a);
    if (token_b != token_a) {
        finish_rows(b0, b1, b2, b3, inputs, token_b, rows_b);
    }
}

#include "matrix_many.h"

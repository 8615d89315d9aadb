// Products with the activations of several tokens: included by a kernel after its lanes_*.h, for vectors of
// any width. Before that the kernel defines
//
//     EACH_DIGIT(DO, token)            DO(token, 0) DO(token, 1) ... for each weight in a byte
//     unpack(tile, blocks, digits)     one byte a digit: block by block a vector for each weight
//     first_sum(total), total_of(sum, total)   how a sum of a piece begins, and the total with it
//     accumulate(&sum ..., digit ..., input)   one step of a token's sums
//     TOTAL_CARRIES                    a byte is its digit and so many times the byte of the digit before it
//
// A piece of a tile is unpacked once for all tokens. The sums of the tokens that are multiplied together stay
// in registers: they are variables of their own, as compilers make no registers of arrays. Between two pieces
// they lie in the scratch as they are; behind the last one they become the rescaled rows.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "kernel.h"
#include "rounding.h"

#define COUNT_ONE(token, i) +1
enum { DIGITS = 0 EACH_DIGIT(COUNT_ONE, 0), TOTALS_BYTES = DIGITS * VECTOR_BYTES };

/// Where sums begin.
static const _Alignas(64) uint8_t no_totals[4 * TOTALS_BYTES];

#define DECLARE_DIGIT(token, i) const lanes digit##i = lanes_load(digits + (i)*VECTOR_BYTES);
// Without a start that it can see, gcc 12 does not unroll a part of the first step, and copies no sums.
#define DECLARE_SUM(token, i)                                                                                \
    lanes sum##token##i = first_sum(from + ((token)*DIGITS + (i)) * VECTOR_BYTES);                           \
    __asm__("" : "+v"(sum##token##i));
#define SUM_ARGUMENT(token, i) &sum##token##i,
#define DIGIT_ARGUMENT(token, i) digit##i,
#define STEP(token) accumulate(EACH_DIGIT(SUM_ARGUMENT, token) EACH_DIGIT(DIGIT_ARGUMENT, 0) input##token);
#define STORE_TOTAL(token, i)                                                                                \
    lanes_store(totals + ((token)*DIGITS + (i)) * VECTOR_BYTES,                                              \
                total_of(sum##token##i, from + ((token)*DIGITS + (i)) * VECTOR_BYTES));

#define DECLARE_SUMS(token) EACH_DIGIT(DECLARE_SUM, token)
#define ADD_PRODUCTS(token)                                                                                  \
    const lanes input##token = bytes_repeat(activation + (token)*activation_stride);                         \
    STEP(token)
#define STORE_TOTALS(token) EACH_DIGIT(STORE_TOTAL, token)

/// A function for one unpacked piece and the tokens of EACH_TOKEN: the totals of the pieces so far, which
/// were `from`, become `totals`.
#define MULTIPLY_PIECE(NAME, EACH_TOKEN)                                                                     \
    static void NAME(const uint8_t *digits, uint32_t blocks, const int8_t *activation,                       \
                     uint32_t activation_stride, const uint8_t *from, uint8_t *totals) {                     \
        EACH_TOKEN(DECLARE_SUMS)                                                                             \
        for (; blocks != 0; blocks--) {                                                                      \
            EACH_DIGIT(DECLARE_DIGIT, 0)                                                                     \
            EACH_TOKEN(ADD_PRODUCTS)                                                                         \
            digits += DIGITS * VECTOR_BYTES;                                                                 \
            activation += TERNEL_BLOCK_COLUMNS;                                                              \
        }                                                                                                    \
        EACH_TOKEN(STORE_TOTALS)                                                                             \
    }

#define ONE_TOKEN(DO) DO(0)
#define TWO_TOKENS(DO) DO(0) DO(1)
#define FOUR_TOKENS(DO) DO(0) DO(1) DO(2) DO(3)
MULTIPLY_PIECE(multiply_piece_1, ONE_TOKEN)
MULTIPLY_PIECE(multiply_piece_2, TWO_TOKENS)
MULTIPLY_PIECE(multiply_piece_4, FOUR_TOKENS)
// As many as have room: 32 registers of 64 bytes hold 4 * 5 sums, 16 smaller ones 2 * 4, with their operands.
enum { TOKENS_AT_ONCE = VECTOR_BYTES == 64 ? 4 : 2 };

/// The 64-bit products of a token's rescaler with the rows of digit i, from its totals. A sum of a row is in
/// two neighbouring lanes. Where a total is that of its digit and of TOTAL_CARRIES times those before it, the
/// total before takes these away again.
INLINE lanes digit_products(const uint8_t *totals, int i, int32_t mantissa) {
    const lanes sums = lanes_sum_neighbours(lanes_load(totals + i * VECTOR_BYTES));
    const lanes products = longs_multiply(sums, lanes_set(mantissa));
    if (TOTAL_CARRIES == 0 || i == 0) {
        return products;
    }
    const lanes before = lanes_sum_neighbours(lanes_load(totals + (i - 1) * VECTOR_BYTES));
    return longs_add(products, longs_multiply(before, lanes_set(-TOTAL_CARRIES * mantissa)));
}

/// The rows of one token: S24(R((totals - correction) * mantissa, shift)).
INLINE void finish_rows(const uint8_t *totals, int32_t mantissa, int32_t correction,
                        const struct rounding *rounding, const enum rounding_kind kind, int32_t *rows) {
    const int64_t offset = -(int64_t)correction * mantissa;
#pragma GCC unroll 4
    for (int i = 0; i < DIGITS; i += 2) {
        struct products p = {.even = digit_products(totals, i, mantissa)};
        p.odd = i + 1 < DIGITS ? digit_products(totals, i + 1, mantissa) : p.even;
        const lanes values = round_rows(p, offset, rounding, kind);
        if (i + 1 < DIGITS) {
            lanes_store(rows + i * LINES, values);
        } else {
            memcpy(rows + i * LINES, &values, VECTOR_BYTES / 2);
        }
    }
}

static void finish(const struct ternel_inputs *inputs, uint32_t product_bits, uint32_t token,
                   const uint8_t *totals, int32_t *rows) {
    const int32_t mantissa = inputs->mantissa[token];
    const int32_t correction = inputs->sums[token];
    const struct rounding rounding = rounding_of(inputs->shift[token], product_bits);
#define BODY(kind) finish_rows(totals, mantissa, correction, &rounding, kind, rows)
    FOR_EACH_KIND(&rounding, BODY);
#undef BODY
}

/// Asks for some lines of the weights of the next piece.
static void ask_for_weights(const uint8_t *next, uint32_t first, uint32_t lines) {
    for (uint32_t line = first; line < first + lines; line++) {
        _mm_prefetch((const char *)((uintptr_t)next + (size_t)line * CACHE_LINE_BYTES), _MM_HINT_T1);
    }
}

static void multiply_many(const uint8_t *tile, const struct ternel_inputs *inputs,
                          struct ternel_kernel_scratch *scratch, int32_t *sums, uint32_t stride) {
    const uint32_t piece_lines =
        TERNEL_PIECE_COLUMNS / TERNEL_BLOCK_COLUMNS * VECTOR_BYTES / CACHE_LINE_BYTES;
    const uint32_t lines = (piece_lines + inputs->tokens - 1) / inputs->tokens; // for each token
    const uint32_t product_bits = ternel_bits(127 * inputs->columns) + 16;
    for (uint32_t done = 0; done < inputs->columns; done += TERNEL_PIECE_COLUMNS) {
        const uint32_t columns = inputs->columns - done;
        const bool last = columns <= TERNEL_PIECE_COLUMNS;
        const uint32_t blocks = (last ? columns : TERNEL_PIECE_COLUMNS) / TERNEL_BLOCK_COLUMNS;
        unpack(tile, blocks, scratch->digits);
        tile += blocks * VECTOR_BYTES;
        for (uint32_t t = 0; t < inputs->tokens;) {
            const uint32_t rest = inputs->tokens - t;
            const uint32_t now = rest >= TOKENS_AT_ONCE ? TOKENS_AT_ONCE : rest >= 2 ? 2 : 1;
            uint8_t *totals = scratch->totals + t * TOTALS_BYTES;
            ask_for_weights(tile, t * lines, now * lines);
            (now == 4   ? multiply_piece_4
             : now == 2 ? multiply_piece_2
                        : multiply_piece_1)(scratch->digits, blocks,
                                            inputs->values + done + t * inputs->stride, inputs->stride,
                                            done == 0 ? no_totals : totals, totals);
            for (uint32_t end = t + now; t < end; t++) {
                if (last) {
                    finish(inputs, product_bits, t, scratch->totals + t * TOTALS_BYTES, sums + t * stride);
                }
            }
        }
    }
}

// The input of each token stays in a register; the empty instruction keeps the compiler from taking products
// of what does not change out of the loop.
#define SET_DIGIT(token, i) const lanes digit##i = bytes_set((i) + 1);
#define SET_INPUT(token) lanes input##token = bytes_set((token) + 1);
#define ADD_PRODUCTS_AGAIN(token)                                                                            \
    __asm__ volatile("" : "+v"(input##token));                                                               \
    STEP(token)
#define KEEP_SUM(token, i) __asm__ volatile("" : : "v"(sum##token##i));
#define KEEP_SUMS(token) EACH_DIGIT(KEEP_SUM, token)
#define PEAK(NAME, EACH_TOKEN)                                                                               \
    static void NAME(uint32_t rounds) {                                                                      \
        const uint8_t *const from = no_totals;                                                               \
        EACH_DIGIT(SET_DIGIT, 0)                                                                             \
        EACH_TOKEN(SET_INPUT)                                                                                \
        EACH_TOKEN(DECLARE_SUMS)                                                                             \
        for (; rounds != 0; rounds--) {                                                                      \
            EACH_TOKEN(ADD_PRODUCTS_AGAIN)                                                                   \
        }                                                                                                    \
        EACH_TOKEN(KEEP_SUMS)                                                                                \
    }
PEAK(peak_2, TWO_TOKENS)
PEAK(peak_4, FOUR_TOKENS)

static uint64_t peak(uint32_t rounds) {
    (TOKENS_AT_ONCE == 4 ? peak_4 : peak_2)(rounds);
    return (uint64_t)rounds * TOKENS_AT_ONCE * DIGITS * VECTOR_BYTES;
}

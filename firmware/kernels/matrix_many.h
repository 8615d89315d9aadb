// Products with the activations of several tokens: included by a kernel after its lanes_*.h, for vectors of
// any width. Before that the kernel defines
//
//     SUMS, TOTALS_BYTES               how many sums a token has, and their bytes in the scratch
//     EACH_SUM(DO, token)              DO(token, 0) DO(token, 1) ... for each sum
//     of a token unpack(tile, blocks, factors)    block by block a vector of bytes for each sum
//     first_sum(total), total_of(sum, total)   how a sum of a piece begins, and the total with it
//     accumulate(&sum ..., factor ..., input)   one step of a token's sums
//     finish(inputs, first, end, totals, rows, stride)   rescaled rows from the sums of some
//     tokens
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

/// Where sums begin.
static const _Alignas(64) uint8_t no_totals[6 * TOTALS_BYTES];

#define DECLARE_FACTOR(token, i) const lanes factor##i = lanes_load(factors + (i)*VECTOR_BYTES);
// Without a start that it can see, gcc 12 does not unroll a part of the first step, and copies no sums.
#define DECLARE_SUM(token, i)                                                                                \
    lanes sum##token##i = first_sum(from + ((token)*SUMS + (i)) * VECTOR_BYTES);                             \
    __asm__("" : "+v"(sum##token##i));
#define SUM_ARGUMENT(token, i) &sum##token##i,
#define FACTOR_ARGUMENT(token, i) factor##i,
#define STEP(token) accumulate(EACH_SUM(SUM_ARGUMENT, token) EACH_SUM(FACTOR_ARGUMENT, 0) input##token);
#define STORE_TOTAL(token, i)                                                                                \
    lanes_store(totals + ((token)*SUMS + (i)) * VECTOR_BYTES,                                                \
                total_of(sum##token##i, from + ((token)*SUMS + (i)) * VECTOR_BYTES));

#define DECLARE_SUMS(token) EACH_SUM(DECLARE_SUM, token)
#define ADD_PRODUCTS(token)                                                                                  \
    const lanes input##token = bytes_repeat(activation + (token)*activation_stride);                         \
    STEP(token)
#define STORE_TOTALS(token) EACH_SUM(STORE_TOTAL, token)

/// A function for one unpacked piece and the tokens of EACH_TOKEN: the totals of the pieces so far, which
/// were `from`, become `totals`.
#define MULTIPLY_PIECE(NAME, EACH_TOKEN)                                                                     \
    static void NAME(const uint8_t *factors, uint32_t blocks, const int8_t *activation,                      \
                     uint32_t activation_stride, const uint8_t *from, uint8_t *totals) {                     \
        EACH_TOKEN(DECLARE_SUMS)                                                                             \
        _Pragma("GCC unroll 4") for (; blocks != 0; blocks--) {                                              \
            EACH_SUM(DECLARE_FACTOR, 0)                                                                      \
            EACH_TOKEN(ADD_PRODUCTS)                                                                         \
            factors += SUMS * VECTOR_BYTES;                                                                  \
            activation += TERNEL_BLOCK_COLUMNS;                                                              \
        }                                                                                                    \
        EACH_TOKEN(STORE_TOTALS)                                                                             \
    }

#define ONE_TOKEN(DO) DO(0)
#define TWO_TOKENS(DO) DO(0) DO(1)
#define FOUR_TOKENS(DO) TWO_TOKENS(DO) DO(2) DO(3)
#define SIX_TOKENS(DO) FOUR_TOKENS(DO) DO(4) DO(5)
MULTIPLY_PIECE(multiply_piece_1, ONE_TOKEN)
MULTIPLY_PIECE(multiply_piece_2, TWO_TOKENS)
MULTIPLY_PIECE(multiply_piece_4, FOUR_TOKENS)
MULTIPLY_PIECE(multiply_piece_6, SIX_TOKENS)
// As many as have room: 32 registers of 64 bytes hold 6 * 4 sums, 16 smaller ones 2 * 4, with their operands.
enum { TOKENS_AT_ONCE = VECTOR_BYTES == 64 ? 6 : 2 };

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
    for (uint32_t done = 0; done < inputs->columns; done += TERNEL_PIECE_COLUMNS) {
        const uint32_t columns = inputs->columns - done;
        const bool last = columns <= TERNEL_PIECE_COLUMNS;
        const uint32_t blocks = (last ? columns : TERNEL_PIECE_COLUMNS) / TERNEL_BLOCK_COLUMNS;
        unpack(tile, blocks, scratch->factors);
        tile += blocks * VECTOR_BYTES;
        for (uint32_t t = 0; t < inputs->tokens;) {
            const uint32_t rest = inputs->tokens - t;
            const uint32_t now = rest >= TOKENS_AT_ONCE            ? TOKENS_AT_ONCE
                                 : TOKENS_AT_ONCE > 4 && rest >= 4 ? 4
                                 : rest >= 2                       ? 2
                                                                   : 1;
            uint8_t *totals = scratch->totals + t * TOTALS_BYTES;
            ask_for_weights(tile, t * lines, now * lines);
            (now == 6   ? multiply_piece_6
             : now == 4 ? multiply_piece_4
             : now == 2 ? multiply_piece_2
                        : multiply_piece_1)(scratch->factors, blocks,
                                            inputs->values + done + t * inputs->stride, inputs->stride,
                                            done == 0 ? no_totals : totals, totals);
            if (last) {
                finish(inputs, t, t + now, totals, sums + t * stride, stride);
            }
            t += now;
        }
    }
}

// The input of each token stays in a register; the empty instruction keeps the compiler from taking products
// of what does not change out of the loop.
#define SET_FACTOR(token, i) const lanes factor##i = bytes_set((i) + 1);
#define SET_INPUT(token) lanes input##token = bytes_set((token) + 1);
#define ADD_PRODUCTS_AGAIN(token)                                                                            \
    __asm__ volatile("" : "+v"(input##token));                                                               \
    STEP(token)
#define KEEP_SUM(token, i) __asm__ volatile("" : : "v"(sum##token##i));
#define KEEP_SUMS(token) EACH_SUM(KEEP_SUM, token)
#define PEAK(NAME, EACH_TOKEN)                                                                               \
    static void NAME(uint32_t rounds) {                                                                      \
        const uint8_t *const from = no_totals;                                                               \
        EACH_SUM(SET_FACTOR, 0)                                                                              \
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
    (VECTOR_BYTES == 64 ? peak_4 : peak_2)(rounds);
    return (uint64_t)rounds * (VECTOR_BYTES == 64 ? 4 : 2) * SUMS * VECTOR_BYTES;
}

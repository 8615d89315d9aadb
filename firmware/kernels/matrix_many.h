// Products with the activations of several tokens: included by a kernel after its lanes_*.h, for vectors of
// any width. Before that the kernel defines
//
//     unpack(tile, blocks, factors)     block by block four vectors of bytes, one for each of a token's sums
//     first_sum(activations)            how a token's sums begin; `activations` is the sum of its activations
//     accumulate(&sum.., factor.., input)   one step of a token's four sums
//     total_of(sum)                     the sum of a piece in lanes that have room for those of all pieces
//     finish(a.., b.., inputs, token_a, token_b, rows_a, rows_b)   the rescaled rows of two tokens, or twice
//                                       of the same, from their four totals
//
// A piece of a tile is unpacked once for all tokens. The sums of the tokens that are multiplied together stay
// in registers: they are variables of their own, as compilers make no registers of arrays. What the pieces
// before came to lies in the scratch and is added behind the products, which would have to wait for it in
// front of them. Behind the last piece the totals become rows without having been in memory.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel.h"
#include "rounding.h"

enum { SUMS = 4, TOTALS_BYTES = SUMS * VECTOR_BYTES };
#define EACH_SUM(DO, token) DO(token, 0) DO(token, 1) DO(token, 2) DO(token, 3)

/// A piece for the tokens that are multiplied together.
struct piece {
    const struct ternel_inputs *inputs;
    uint32_t from; ///< the first of them
    uint32_t blocks;
    const uint8_t *factors;
    const int8_t *activation;
    uint8_t *totals;
    int32_t *rows;
    size_t stride; ///< from token to token, of rows
};

// The empty instruction keeps gcc 12 from treating equal sums as one, which it would copy in the first step.
#define DECLARE_SUM(token, i, start)                                                                         \
    lanes sum##token##i = start;                                                                             \
    __asm__("" : "+v"(sum##token##i));
#define FIRST_SUM(token, i) DECLARE_SUM(token, i, start##token)
#define ZERO_SUM(token, i) DECLARE_SUM(token, i, lanes_zero())
#define FIRST_SUMS(token)                                                                                    \
    const lanes start##token = first_sum(piece->inputs->sums[piece->from + (token)]);                        \
    EACH_SUM(FIRST_SUM, token)
#define ZERO_SUMS(token) EACH_SUM(ZERO_SUM, token)

#define DECLARE_FACTOR(token, i) const lanes factor##i = lanes_load(factors + (i)*VECTOR_BYTES);
#define SUM_ARGUMENT(token, i) &sum##token##i,
#define FACTOR_ARGUMENT(token, i) factor##i,
#define STEP(token) accumulate(EACH_SUM(SUM_ARGUMENT, token) EACH_SUM(FACTOR_ARGUMENT, 0) input##token);
#define ADD_PRODUCTS(token)                                                                                  \
    const lanes input##token = bytes_repeat(activation + (token)*activation_stride);                         \
    STEP(token)

#define TOTAL_AT(token, i) (piece->totals + ((token)*SUMS + (i)) * VECTOR_BYTES)
#define TAKE_TOTAL(token, i) lanes total##token##i = total_of(sum##token##i);
#define ADD_TOTAL(token, i) total##token##i = lanes_add(total##token##i, lanes_load(TOTAL_AT(token, i)));
#define STORE_TOTAL(token, i) lanes_store(TOTAL_AT(token, i), total##token##i);
#define TAKE_TOTALS(token) EACH_SUM(TAKE_TOTAL, token)
#define ADD_TOTALS(token) TAKE_TOTALS(token) EACH_SUM(ADD_TOTAL, token)
#define STORE_TOTALS(token) EACH_SUM(STORE_TOTAL, token)
#define TOTAL_ARGUMENT(token, i) total##token##i,
#define FINISH(a, b)                                                                                         \
    finish(EACH_SUM(TOTAL_ARGUMENT, a) EACH_SUM(TOTAL_ARGUMENT, b) piece->inputs, piece->from + (a),         \
           piece->from + (b), piece->rows + (a)*piece->stride, piece->rows + (b)*piece->stride);

#define ONE_TOKEN(DO) DO(0)
#define TWO_TOKENS(DO) DO(0) DO(1)
#define FOUR_TOKENS(DO) TWO_TOKENS(DO) DO(2) DO(3)
#define SIX_TOKENS(DO) FOUR_TOKENS(DO) DO(4) DO(5)
#define FINISH_1 FINISH(0, 0)
#define FINISH_2 FINISH(0, 1)
#define FINISH_4 FINISH_2 FINISH(2, 3)
#define FINISH_6 FINISH_4 FINISH(4, 5)

/// A function for the tokens of EACH_TOKEN: how their sums begin, what becomes of them, and where they go.
#define MULTIPLY_PIECE(NAME, EACH_TOKEN, BEGIN_SUMS, TOTALS, LEAVE)                                          \
    static void NAME(const struct piece *piece) {                                                            \
        const uint8_t *factors = piece->factors;                                                             \
        const int8_t *activation = piece->activation;                                                        \
        const size_t activation_stride = piece->inputs->stride;                                              \
        EACH_TOKEN(BEGIN_SUMS)                                                                               \
        _Pragma("GCC unroll 4") for (uint32_t blocks = piece->blocks; blocks != 0; blocks--) {               \
            EACH_SUM(DECLARE_FACTOR, 0)                                                                      \
            EACH_TOKEN(ADD_PRODUCTS)                                                                         \
            factors += SUMS * VECTOR_BYTES;                                                                  \
            activation += TERNEL_BLOCK_COLUMNS;                                                              \
        }                                                                                                    \
        EACH_TOKEN(TOTALS)                                                                                   \
        LEAVE                                                                                                \
    }

/// Those for a tile's first piece, its last one, one that is both, and any other.
#define MULTIPLY_PIECES(tokens, EACH_TOKEN)                                                                  \
    MULTIPLY_PIECE(first_piece_##tokens, EACH_TOKEN, FIRST_SUMS, TAKE_TOTALS, EACH_TOKEN(STORE_TOTALS))      \
    MULTIPLY_PIECE(last_piece_##tokens, EACH_TOKEN, ZERO_SUMS, ADD_TOTALS, FINISH_##tokens)                  \
    MULTIPLY_PIECE(only_piece_##tokens, EACH_TOKEN, FIRST_SUMS, TAKE_TOTALS, FINISH_##tokens)                \
    MULTIPLY_PIECE(next_piece_##tokens, EACH_TOKEN, ZERO_SUMS, ADD_TOTALS, EACH_TOKEN(STORE_TOTALS))
MULTIPLY_PIECES(1, ONE_TOKEN)
MULTIPLY_PIECES(2, TWO_TOKENS)
MULTIPLY_PIECES(4, FOUR_TOKENS)
MULTIPLY_PIECES(6, SIX_TOKENS)
// As many as have room: 32 registers of 64 bytes hold 6 * 4 sums, 16 smaller ones 2 * 4, with their operands.
enum { TOKENS_AT_ONCE = VECTOR_BYTES == 64 ? 6 : 2 };

/// Asks for some lines of the weights of the next piece.
static void ask_for_weights(const uint8_t *next, uint32_t first, uint32_t lines) {
    for (uint32_t line = first; line < first + lines; line++) {
        _mm_prefetch((const char *)((uintptr_t)next + (size_t)line * CACHE_LINE_BYTES), _MM_HINT_T1);
    }
}

static void multiply_many(const uint8_t *tile, const struct ternel_inputs *inputs,
                          struct ternel_kernel_scratch *scratch, int32_t *values, uint32_t stride) {
    const uint32_t piece_lines =
        TERNEL_PIECE_COLUMNS / TERNEL_BLOCK_COLUMNS * VECTOR_BYTES / CACHE_LINE_BYTES;
    const uint32_t lines = (piece_lines + inputs->tokens - 1) / inputs->tokens; // for each token
    for (uint32_t done = 0; done < inputs->columns; done += TERNEL_PIECE_COLUMNS) {
        const uint32_t columns = inputs->columns - done;
        const bool first = done == 0;
        const bool last = columns <= TERNEL_PIECE_COLUMNS;
        const uint32_t blocks = (last ? columns : TERNEL_PIECE_COLUMNS) / TERNEL_BLOCK_COLUMNS;
        unpack(tile, blocks, scratch->factors);
        tile += blocks * VECTOR_BYTES;
        struct piece piece = {
            .inputs = inputs,
            .blocks = blocks,
            .factors = scratch->factors,
            .activation = inputs->values + done,
            .totals = scratch->totals,
            .rows = values,
            .stride = stride,
        };
        while (piece.from < inputs->tokens) {
            const uint32_t rest = inputs->tokens - piece.from;
            const uint32_t now = rest >= TOKENS_AT_ONCE            ? TOKENS_AT_ONCE
                                 : TOKENS_AT_ONCE > 4 && rest >= 4 ? 4
                                 : rest >= 2                       ? 2
                                                                   : 1;
            ask_for_weights(tile, piece.from * lines, now * lines);
#define PIECE_OF(tokens)                                                                                     \
    (first  ? last ? only_piece_##tokens : first_piece_##tokens                                              \
     : last ? last_piece_##tokens                                                                            \
            : next_piece_##tokens)
            (now == 6 ? PIECE_OF(6) : now == 4 ? PIECE_OF(4) : now == 2 ? PIECE_OF(2) : PIECE_OF(1))(&piece);
#undef PIECE_OF
            piece.from += now;
            piece.activation += now * inputs->stride;
            piece.totals += now * TOTALS_BYTES;
            piece.rows += now * stride;
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
        EACH_SUM(SET_FACTOR, 0)                                                                              \
        EACH_TOKEN(SET_INPUT)                                                                                \
        EACH_TOKEN(ZERO_SUMS)                                                                                \
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

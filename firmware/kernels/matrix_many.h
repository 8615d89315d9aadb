// Products with the activations of several tokens: included by a kernel after its lanes_*.h, for vectors of
// any width. Before that the kernel defines
//
//     EACH_DIGIT(DO, token)       DO(token, 0) DO(token, 1) ... for each weight in a byte
//     accumulate(sum, digits, input), widen(sum)   one step of a sum of products; its lanes in 32 bits
//     unpack(tile, blocks, digits)                 one byte a digit: block by block a vector for each weight
//
// A piece of a tile is unpacked once for all tokens. The sums of the tokens that are multiplied together stay
// in registers: they are variables of their own, as compilers make no registers of arrays.
#pragma once

#include <stddef.h>

#include "kernel.h"

#define COUNT_ONE(token, i) +1
enum { DIGITS = 0 EACH_DIGIT(COUNT_ONE, 0) };

#define DECLARE_DIGIT(token, i) const lanes digit##i = lanes_load(digits + (i)*VECTOR_BYTES);
// Without a zero that it can see, gcc 12 does not unroll a part of the first step, and copies no sums.
#define DECLARE_SUM(token, i)                                                                                \
    lanes sum##token##i = lanes_zero();                                                                      \
    __asm__("" : "+v"(sum##token##i));
#define ADD_PRODUCT(token, i) sum##token##i = accumulate(sum##token##i, digit##i, input##token);
#define STORE_SUM(token, i)                                                                                  \
    lanes_store_pairs(sums + (token)*stride + (i)*LINES, widen(sum##token##i), corrections[token]);
#define ADD_SUM(token, i) lanes_add_pairs(sums + (token)*stride + (i)*LINES, widen(sum##token##i));

#define DECLARE_SUMS(token) EACH_DIGIT(DECLARE_SUM, token)
#define ADD_PRODUCTS(token)                                                                                  \
    const lanes input##token = bytes_repeat(activation + (token)*activation_stride);                         \
    EACH_DIGIT(ADD_PRODUCT, token)
#define STORE_SUMS(token) EACH_DIGIT(STORE_SUM, token)
#define ADD_SUMS(token) EACH_DIGIT(ADD_SUM, token)

/// A function for one unpacked piece and the tokens of EACH_TOKEN: with `corrections` the sums begin, less
/// these; without they go on.
#define MULTIPLY_PIECE(NAME, EACH_TOKEN)                                                                     \
    static void NAME(const uint8_t *digits, uint32_t blocks, const int8_t *activation,                       \
                     uint32_t activation_stride, const int32_t *corrections, int32_t *sums,                  \
                     uint32_t stride) {                                                                      \
        EACH_TOKEN(DECLARE_SUMS)                                                                             \
        for (; blocks != 0; blocks--) {                                                                      \
            EACH_DIGIT(DECLARE_DIGIT, 0)                                                                     \
            EACH_TOKEN(ADD_PRODUCTS)                                                                         \
            digits += DIGITS * VECTOR_BYTES;                                                                 \
            activation += TERNEL_BLOCK_COLUMNS;                                                              \
        }                                                                                                    \
        if (corrections != NULL) {                                                                           \
            EACH_TOKEN(STORE_SUMS)                                                                           \
        } else {                                                                                             \
            EACH_TOKEN(ADD_SUMS)                                                                             \
        }                                                                                                    \
    }

#define ONE_TOKEN(DO) DO(0)
#define TWO_TOKENS(DO) DO(0) DO(1)
#define FOUR_TOKENS(DO) DO(0) DO(1) DO(2) DO(3)
MULTIPLY_PIECE(multiply_piece_1, ONE_TOKEN)
MULTIPLY_PIECE(multiply_piece_2, TWO_TOKENS)
MULTIPLY_PIECE(multiply_piece_4, FOUR_TOKENS)
// As many as have room: 32 registers of 64 bytes hold 4 * 5 sums, 16 smaller ones 2 * 4, with their operands.
enum { TOKENS_AT_ONCE = VECTOR_BYTES == 64 ? 4 : 2 };

static void multiply_many(const uint8_t *tile, const struct ternel_inputs *inputs, uint8_t *scratch,
                          int32_t *sums, uint32_t stride) {
    for (uint32_t done = 0; done < inputs->columns; done += TERNEL_PIECE_COLUMNS) {
        const uint32_t columns = inputs->columns - done;
        const uint32_t blocks =
            (columns < TERNEL_PIECE_COLUMNS ? columns : TERNEL_PIECE_COLUMNS) / TERNEL_BLOCK_COLUMNS;
        unpack(tile, blocks, scratch);
        tile += blocks * VECTOR_BYTES;
        for (uint32_t t = 0; t < inputs->tokens;) {
            const uint32_t rest = inputs->tokens - t;
            const uint32_t now = rest >= TOKENS_AT_ONCE ? TOKENS_AT_ONCE : rest >= 2 ? 2 : 1;
            (now == 4   ? multiply_piece_4
             : now == 2 ? multiply_piece_2
                        : multiply_piece_1)(scratch, blocks, inputs->values + done + t * inputs->stride,
                                            inputs->stride, done == 0 ? inputs->sums + t : NULL,
                                            sums + t * stride, stride);
            t += now;
        }
    }
}

// The input of each token stays in a register; the empty instruction keeps the compiler from taking products
// of what does not change out of the loop.
#define SET_DIGIT(token, i) const lanes digit##i = bytes_set((i) + 1);
#define SET_INPUT(token) lanes input##token = bytes_set((token) + 1);
#define ADD_PRODUCTS_AGAIN(token)                                                                            \
    __asm__ volatile("" : "+v"(input##token));                                                               \
    EACH_DIGIT(ADD_PRODUCT, token)
#define KEEP_SUM(token, i) __asm__ volatile("" : : "v"(sum##token##i));
#define KEEP_SUMS(token) EACH_DIGIT(KEEP_SUM, token)
#define PEAK(NAME, EACH_TOKEN)                                                                               \
    static void NAME(uint32_t rounds) {                                                                      \
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

// R(a * b, shift) of docs/numerics.md, section 1, by products of 64 bits: for the kernels of SSE4.1 and AVX2.
// operands_float.h has the same for AVX-512. Included by sigmoid_table.h.
#pragma once

#include "activations_exact.h"
#include "rounding.h"

/// The even and the odd lanes as the multiplier wants them: each in the lower half of 64 bits.
typedef struct products operand;

/// A sigmoid on its way to be multiplied: 0 to 65536.
typedef int32_t sigmoid_value;

struct scaling {
    struct rounding rounding;
};

/// For products below 2^product_bits.
static struct scaling scaling_of(uint32_t shift, uint32_t product_bits) {
    return (struct scaling){rounding_of(shift, product_bits)};
}

#define FOR_EACH_SCALING(scaling, BODY) FOR_EACH_KIND(&(scaling)->rounding, BODY)

INLINE operand operand_of(lanes a) {
    return products_of(a);
}

/// Sums of squares.
struct squares {
    struct products sums;
};

/// So many have room, and more: 2^16 of 2^46.
enum { SQUARES_AT_ONCE = 1 << 16 };

INLINE struct squares squares_none(void) {
    return (struct squares){{lanes_zero(), lanes_zero()}};
}

INLINE struct squares squares_add(struct squares squares, const int32_t *from, uint32_t n) {
    const lanes x = load(from, n);
    return (struct squares){products_sum(squares.sums, lanes_products(x, x))};
}

INLINE uint64_t squares_total(struct squares squares) {
    return products_total(squares.sums);
}

/// Gains as they are in the container.
typedef int16_t gain_value;
typedef lanes gain_lanes;
#define SPREAD_GAIN NULL

INLINE gain_lanes load_gain(const gain_value *from, uint32_t n) {
    return load_i16(from, n);
}

INLINE operand operand_of_gain(gain_lanes gain) {
    return operand_of(gain);
}

/// R(a * b, shift) where it fits 24 bits and 1 <= shift <= 32.
INLINE operand scale(operand a, operand b, const struct scaling *scaling) {
    return round_halves(products_multiply(a, b), &scaling->rounding);
}

/// S24(R(a * b, shift)).
INLINE lanes scale_saturate(operand a, operand b, const struct scaling *scaling,
                            const enum rounding_kind kind) {
    return round_saturate(products_multiply(a, b), &scaling->rounding, kind);
}

static const struct rounding q16 = {.kind = ROUNDING_LOW, .half = TERNEL_Q16_ONE / 2, .shift = 16};

/// SiLU(z): R(z * open, 16).
INLINE operand silu(lanes z, const sigmoid_value *open) {
    return round_halves(lanes_products(z, lanes_load(open)), &q16);
}

/// bound + R((1 - bound) * open, 16).
INLINE lanes bounded(const sigmoid_value *open, lanes bound) {
    const lanes rest = lanes_subtract(lanes_set(TERNEL_Q16_ONE), bound);
    return lanes_add(bound, round_low(rest, lanes_load(open), &q16));
}

/// SiLU(z) + R(forget * (state - SiLU(z)), 16).
INLINE lanes mix(lanes state, lanes forget, lanes z, const sigmoid_value *open) {
    const lanes fresh = round_low(z, lanes_load(open), &q16);
    return lanes_add(fresh, round_low(lanes_subtract(state, fresh), forget, &q16));
}

static int32_t quantise(const int32_t *input, const struct ternel_kernel_gain *by, int32_t factor, int32_t k,
                        int8_t *restrict activation) {
    return quantise_exactly(input, by->values, by->source->count, factor, k, activation);
}

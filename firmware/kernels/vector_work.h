// The work between the matrices with vectors of any width: included by a kernel after its lanes_*.h and its
// sigmoid_*.h. The arithmetic is that of the engine's rmsnorm.c, bitlinear.c and gates.c; docs/numerics.md
// defines it.
#pragma once

#include <stdbool.h>
#include <string.h>

#include "bitlinear.h"
#include "each_vector.h"
#include "gates.h"
#include "kernel.h"
#include "numerics.h"
#include "reciprocal_sqrt.h"
#include "rmsnorm.h"

/// In parts that the sums have room for.
static uint64_t sum_of_squares(const int32_t *input, uint32_t count) {
    uint64_t total = 0;
    for (uint32_t start = 0; start < count; start += SQUARES_AT_ONCE) {
        const uint32_t now = count - start < SQUARES_AT_ONCE ? count - start : SQUARES_AT_ONCE;
        struct squares sums0 = squares_none();
        struct squares sums1 = squares_none();
#define BODY(i, n, turn) sums##turn = squares_add(sums##turn, input + start + (i), n)
        EACH_VECTOR_IN_TURN(now, BODY);
#undef BODY
        total += squares_total(sums0) + squares_total(sums1);
    }
    return total;
}

enum { UNIT_FRACTION = 22 };

INLINE void rmsnorm_lanes(const int32_t *input, const gain_value *gains, uint32_t count, int32_t reciprocal,
                          const struct scaling *unit, const struct scaling *scaling,
                          const enum rounding_kind kind, int32_t *restrict out) {
#define BODY(i, n)                                                                                           \
    const operand u = scale(operand_of(load(input + (i), n)), operand_of(lanes_set(reciprocal)), unit);      \
    const operand g = operand_of_gain(load_gain(gains + (i), n));                                            \
    store(out + (i), scale_saturate(u, g, scaling, kind), n)
    EACH_VECTOR(count, BODY);
#undef BODY
}

static void rmsnorm(const int32_t *input, uint64_t squares, const struct ternel_kernel_gain *by,
                    uint32_t fraction, int32_t *restrict out) {
    const struct ternel_gain *gain = by->source;
    const uint64_t sum = squares + gain->epsilon;
    const struct ternel_scale root = sum == 0 ? (struct ternel_scale){0} : reciprocal_sqrt(sum);
    const int32_t unit_shift = root.exponent - UNIT_FRACTION;
    if (unit_shift <= 0) {
        // A shift to the left is for vectors that are nearly zero: they are rare, and the engine's.
        ternel_rmsnorm(input, squares, gain, fraction, out);
        return;
    }
    const struct scaling unit = scaling_of((uint32_t)unit_shift, 31);
    const struct scaling scaling = scaling_of(UNIT_FRACTION + gain->fraction - fraction, 39);
#define BODY(kind)                                                                                           \
    rmsnorm_lanes(input, by->values, gain->count, (int32_t)root.mantissa, &unit, &scaling, kind, out)
    FOR_EACH_SCALING(&scaling, BODY);
#undef BODY
}

/// A product has up to 38 bits, too many for a lane: its upper ones decide, unless all products are small.
static uint64_t largest_product(const int32_t *input, const struct ternel_kernel_gain *by) {
    const struct ternel_gain *gain = by->source;
    const gain_value *gains = by->values;
    struct largest largest0 = largest_none();
    struct largest largest1 = largest_none();
#define BODY(i, n, turn)                                                                                     \
    largest##turn = largest_of(largest##turn, load(input + (i), n), load_gain(gains + (i), n))
    EACH_VECTOR_IN_TURN(gain->count, BODY);
#undef BODY
    const uint64_t most0 = largest_total(largest0);
    const uint64_t most1 = largest_total(largest1);
    const uint64_t most = most0 > most1 ? most0 : most1;
    return most < UINT64_C(1) << 24 ? ternel_largest_product(input, gain) : most;
}

/// Elements from `start` on whose sigmoids are computed together.
static uint32_t at_once(uint32_t start, uint32_t count) {
    return count - start < SIGMOIDS ? count - start : SIGMOIDS;
}

static void forget_gate(int32_t *gate, uint32_t count, uint32_t fraction, const uint16_t *lower_bound) {
    const struct sigmoid_input input = sigmoid_input_of(fraction);
    sigmoid_value open[SIGMOIDS];
    for (uint32_t start = 0; start < count; start += SIGMOIDS) {
        const uint32_t now = at_once(start, count);
        sigmoids(gate + start, now, &input, open);
#define BODY(i, n)                                                                                           \
    const lanes bound = lower_bound == 0 ? lanes_zero() : load_u16(lower_bound + start + (i), n);            \
    store(gate + start + (i), bounded(open + (i), bound), n)
        EACH_VECTOR(now, BODY);
#undef BODY
    }
}

static void update_state(int32_t *restrict candidate, const int32_t *forget, const int32_t *state,
                         uint32_t count, uint32_t fraction) {
    const struct sigmoid_input input = sigmoid_input_of(fraction);
    sigmoid_value open[SIGMOIDS];
    for (uint32_t start = 0; start < count; start += SIGMOIDS) {
        const uint32_t now = at_once(start, count);
        sigmoids(candidate + start, now, &input, open);
#define BODY(i, n)                                                                                           \
    const lanes z = load(candidate + start + (i), n);                                                        \
    const lanes kept = load(forget + start + (i), n);                                                        \
    store(candidate + start + (i), mix(load(state + start + (i), n), kept, z, open + (i)), n)
        EACH_VECTOR(now, BODY);
#undef BODY
    }
}

/// Bits of the product of two elements.
enum { GATED_BITS = 47 };

/// out = factor * SiLU(z) * 2^-shift.
INLINE void gate_lanes(int32_t *out, const int32_t *factor, const int32_t *z, const sigmoid_value *open,
                       uint32_t count, const struct scaling *scaling, const enum rounding_kind kind) {
#define BODY(i, n)                                                                                           \
    const operand gated = silu(load(z + (i), n), open + (i));                                                \
    store(out + (i), scale_saturate(gated, operand_of(load(factor + (i), n)), scaling, kind), n)
    EACH_VECTOR(count, BODY);
#undef BODY
}

/// The same for any number of elements. `out` may be `z`.
static void gate_vector(int32_t *out, const int32_t *factor, const int32_t *z, uint32_t count,
                        uint32_t fraction, uint32_t shift) {
    const struct sigmoid_input input = sigmoid_input_of(fraction);
    const struct scaling scaling = scaling_of(shift, GATED_BITS);
    sigmoid_value open[SIGMOIDS];
    for (uint32_t start = 0; start < count; start += SIGMOIDS) {
        const uint32_t now = at_once(start, count);
        sigmoids(z + start, now, &input, open);
#define BODY(kind) gate_lanes(out + start, factor + start, z + start, open, now, &scaling, kind)
        FOR_EACH_SCALING(&scaling, BODY);
#undef BODY
    }
}

static void gate_output(int32_t *restrict out, const int32_t *normed, const int32_t *state, uint32_t count,
                        uint32_t fraction, uint32_t shift) {
    gate_vector(out, normed, state, count, fraction, shift);
}

static void gate_linear_unit(int32_t *restrict gate, const int32_t *up, uint32_t count, uint32_t fraction,
                             uint32_t shift) {
    gate_vector(gate, up, gate, count, fraction, shift);
}

static void add_residual(int32_t *restrict residual, const int32_t *update, uint32_t count) {
#define BODY(i, n)                                                                                           \
    store(residual + (i), saturate(lanes_add(load(residual + (i), n), load(update + (i), n))), n)
    EACH_VECTOR(count, BODY);
#undef BODY
}

INLINE void rescale_lanes(int32_t *values, uint32_t count, int32_t mantissa, const struct scaling *scaling,
                          const enum rounding_kind kind) {
#define BODY(i, n)                                                                                           \
    const operand sums = operand_of(load(values + (i), n));                                                  \
    store(values + (i), scale_saturate(sums, operand_of(lanes_set(mantissa)), scaling, kind), n)
    EACH_VECTOR(count, BODY);
#undef BODY
}

static void rescale(int32_t *values, uint32_t count, uint16_t mantissa, uint8_t shift) {
    const struct scaling scaling = scaling_of(shift, RESCALED_BITS);
#define BODY(kind) rescale_lanes(values, count, mantissa, &scaling, kind)
    FOR_EACH_SCALING(&scaling, BODY);
#undef BODY
}

static const struct ternel_vector_work vector_work = {
    .sum_of_squares = sum_of_squares,
    .reciprocal_sqrt = reciprocal_sqrt,
    .spread_gain = SPREAD_GAIN,
    .rmsnorm = rmsnorm,
    .largest_product = largest_product,
    .quantise = quantise,
    .forget_gate = forget_gate,
    .update_state = update_state,
    .gate_output = gate_output,
    .gate_linear_unit = gate_linear_unit,
    .add_residual = add_residual,
    .rescale = rescale,
};

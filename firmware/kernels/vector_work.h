// The work between the matrices with vectors of any width: included by a kernel after its lanes_*.h and its
// sigmoid_*.h. The arithmetic is that of the engine's rmsnorm.c, bitlinear.c and gates.c, which also do the
// elements that fill no vector; docs/numerics.md defines it.
#pragma once

#include <stdbool.h>
#include <string.h>

#include "bitlinear.h"
#include "gates.h"
#include "kernel.h"
#include "numerics.h"
#include "reciprocal_sqrt.h"
#include "rmsnorm.h"

/// Who does the elements that fill no vector: the engine, or a kernel with smaller ones.
#ifndef REST
#define REST(name) ternel_##name
#endif

/// The part of `count` that whole vectors make.
static uint32_t whole(uint32_t count) {
    return count - count % LANES;
}

/// The gain of the elements from `start` on.
static struct ternel_gain rest_of(const struct ternel_gain *gain, uint32_t start) {
    struct ternel_gain rest = *gain;
    rest.values += start;
    rest.count -= start;
    return rest;
}

static uint64_t sum_of_squares(const int32_t *input, uint32_t count) {
    const uint32_t end = whole(count);
    struct products sums = {lanes_zero(), lanes_zero()};
    for (uint32_t i = 0; i < end; i += LANES) {
        const lanes x = lanes_load(input + i);
        sums = products_sum(sums, lanes_products(x, x));
    }
    return products_total(sums) + REST(sum_of_squares)(input + end, count - end);
}

enum { UNIT_FRACTION = 22 };

INLINE void rmsnorm_lanes(const int32_t *input, uint32_t count, const int16_t *gains, int32_t reciprocal,
                          const struct scaling *unit, const struct scaling *scaling,
                          const enum rounding_kind kind, int32_t *restrict out) {
    for (uint32_t i = 0; i < count; i += LANES) {
        const operand u = scale(operand_of(lanes_load(input + i)), operand_of(lanes_set(reciprocal)), unit);
        lanes_store(out + i, scale_saturate(u, operand_of(lanes_load_i16(gains + i)), scaling, kind));
    }
}

static void rmsnorm(const int32_t *input, uint64_t squares, const struct ternel_gain *gain, uint32_t fraction,
                    int32_t *restrict out) {
    const uint64_t sum = squares + gain->epsilon;
    const struct ternel_scale root = sum == 0 ? (struct ternel_scale){0} : reciprocal_sqrt(sum);
    const int32_t unit_shift = root.exponent - UNIT_FRACTION;
    // A shift to the left is for vectors that are nearly zero: they are rare, and the engine's.
    const uint32_t end = unit_shift <= 0 ? 0 : whole(gain->count);
    if (end > 0) {
        const struct scaling unit = scaling_of((uint32_t)unit_shift, 31);
        const struct scaling scaling = scaling_of(UNIT_FRACTION + gain->fraction - fraction, 39);
#define BODY(kind) rmsnorm_lanes(input, end, gain->values, (int32_t)root.mantissa, &unit, &scaling, kind, out)
        FOR_EACH_SCALING(&scaling, BODY);
#undef BODY
    }
    if (end < gain->count) {
        const struct ternel_gain rest = rest_of(gain, end);
        REST(rmsnorm)(input + end, squares, &rest, fraction, out + end);
    }
}

/// A product has up to 38 bits, too many for a lane: its upper ones decide, unless all products are small.
static uint64_t largest_product(const int32_t *input, const struct ternel_gain *gain) {
    const uint32_t end = whole(gain->count);
    struct largest largest = largest_none();
    for (uint32_t i = 0; i < end; i += LANES) {
        largest = largest_of(largest, lanes_load(input + i), lanes_load_i16(gain->values + i));
    }
    const uint64_t most = largest_total(largest);
    if (most < UINT64_C(1) << 24) {
        return ternel_largest_product(input, gain);
    }
    if (end == gain->count) {
        return most;
    }
    const struct ternel_gain rest = rest_of(gain, end);
    const uint64_t last = REST(largest_product)(input + end, &rest);
    return last > most ? last : most;
}

INLINE lanes quantise_lanes(const int32_t *input, const int16_t *gains, int32_t factor,
                            const struct rounding *rounding, const enum rounding_kind kind) {
    const lanes x = lanes_load(input);
    const lanes scaled = lanes_multiply(lanes_load_i16(gains), lanes_set(factor));
    return kind == ROUNDING_LOW ? round_low(x, scaled, rounding)
                                : round_high(lanes_products(x, scaled), rounding);
}

static int32_t quantise(const int32_t *input, const struct ternel_gain *gain, int32_t factor, int32_t k,
                        int8_t *restrict activation) {
    const uint32_t end = whole(gain->count);
    const struct rounding rounding = rounding_of((uint32_t)(24 + k), 31);
    lanes sums = lanes_zero();
    if (rounding.kind == ROUNDING_LOW) {
        for (uint32_t i = 0; i < end; i += LANES) {
            const lanes q = quantise_lanes(input + i, gain->values + i, factor, &rounding, ROUNDING_LOW);
            lanes_store_i8(activation + i, q);
            sums = lanes_add(sums, q);
        }
    } else {
        for (uint32_t i = 0; i < end; i += LANES) {
            const lanes q = quantise_lanes(input + i, gain->values + i, factor, &rounding, ROUNDING_HIGH);
            lanes_store_i8(activation + i, q);
            sums = lanes_add(sums, q);
        }
    }
    const struct ternel_gain rest = rest_of(gain, end);
    (void)REST(quantise)(input + end, &rest, factor, k, activation + end);
    int32_t values[LANES];
    lanes_store(values, sums);
    int32_t sum = 0;
    for (int i = 0; i < LANES; i++) {
        sum += values[i];
    }
    for (uint32_t i = end; i < gain->count; i++) {
        sum += activation[i];
    }
    return sum;
}

/// Elements from `start` on whose sigmoids are computed together.
static uint32_t at_once(uint32_t start, uint32_t end) {
    return end - start < SIGMOIDS ? end - start : SIGMOIDS;
}

static void forget_gate(int32_t *gate, uint32_t count, uint32_t fraction, const uint16_t *lower_bound) {
    const struct sigmoid_input input = sigmoid_input_of(fraction);
    const uint32_t end = whole(count);
    sigmoid_value open[SIGMOIDS];
    for (uint32_t start = 0; start < end; start += SIGMOIDS) {
        const uint32_t now = at_once(start, end);
        sigmoids(gate + start, now, &input, open);
        for (uint32_t i = start; i < start + now; i += LANES) {
            const lanes bound = lower_bound == 0 ? lanes_zero() : lanes_load_u16(lower_bound + i);
            lanes_store(gate + i, bounded(open + i - start, bound));
        }
    }
    REST(forget_gate)(gate + end, count - end, fraction, lower_bound == 0 ? 0 : lower_bound + end);
}

static void update_state(int32_t *restrict state, const int32_t *forget, const int32_t *candidate,
                         uint32_t count, uint32_t fraction) {
    const struct sigmoid_input input = sigmoid_input_of(fraction);
    const uint32_t end = whole(count);
    sigmoid_value open[SIGMOIDS];
    for (uint32_t start = 0; start < end; start += SIGMOIDS) {
        const uint32_t now = at_once(start, end);
        sigmoids(candidate + start, now, &input, open);
        for (uint32_t i = start; i < start + now; i += LANES) {
            const lanes z = lanes_load(candidate + i);
            lanes_store(state + i, mix(lanes_load(state + i), lanes_load(forget + i), z, open + i - start));
        }
    }
    REST(update_state)(state + end, forget + end, candidate + end, count - end, fraction);
}

/// Bits of the product of two elements.
enum { GATED_BITS = 47 };

/// out = factor * SiLU(z) * 2^-shift.
INLINE void gate_lanes(int32_t *out, const int32_t *factor, const int32_t *z, const sigmoid_value *open,
                       uint32_t count, const struct scaling *scaling, const enum rounding_kind kind) {
    for (uint32_t i = 0; i < count; i += LANES) {
        const operand gated = silu(lanes_load(z + i), open + i);
        lanes_store(out + i, scale_saturate(gated, operand_of(lanes_load(factor + i)), scaling, kind));
    }
}

/// The same for whole vectors. `out` may be `z`.
static void gate_vectors(int32_t *out, const int32_t *factor, const int32_t *z, uint32_t end,
                         uint32_t fraction, uint32_t shift) {
    const struct sigmoid_input input = sigmoid_input_of(fraction);
    const struct scaling scaling = scaling_of(shift, GATED_BITS);
    sigmoid_value open[SIGMOIDS];
    for (uint32_t start = 0; start < end; start += SIGMOIDS) {
        const uint32_t now = at_once(start, end);
        sigmoids(z + start, now, &input, open);
#define BODY(kind) gate_lanes(out + start, factor + start, z + start, open, now, &scaling, kind)
        FOR_EACH_SCALING(&scaling, BODY);
#undef BODY
    }
}

static void gate_output(int32_t *restrict out, const int32_t *normed, const int32_t *state, uint32_t count,
                        uint32_t fraction, uint32_t shift) {
    const uint32_t end = whole(count);
    gate_vectors(out, normed, state, end, fraction, shift);
    REST(gate_output)(out + end, normed + end, state + end, count - end, fraction, shift);
}

static void gate_linear_unit(int32_t *restrict gate, const int32_t *up, uint32_t count, uint32_t fraction,
                             uint32_t shift) {
    const uint32_t end = whole(count);
    gate_vectors(gate, up, gate, end, fraction, shift);
    REST(gate_linear_unit)(gate + end, up + end, count - end, fraction, shift);
}

static void add_residual(int32_t *restrict residual, const int32_t *update, uint32_t count) {
    const uint32_t end = whole(count);
    for (uint32_t i = 0; i < end; i += LANES) {
        lanes_store(residual + i, saturate(lanes_add(lanes_load(residual + i), lanes_load(update + i))));
    }
    REST(add_residual)(residual + end, update + end, count - end);
}

INLINE void rescale_lanes(int32_t *values, uint32_t count, int32_t mantissa, const struct scaling *scaling,
                          const enum rounding_kind kind) {
    for (uint32_t i = 0; i < count; i += LANES) {
        const operand sums = operand_of(lanes_load(values + i));
        lanes_store(values + i, scale_saturate(sums, operand_of(lanes_set(mantissa)), scaling, kind));
    }
}

static void rescale(int32_t *values, uint32_t count, uint16_t mantissa, uint8_t shift) {
    const struct scaling scaling = scaling_of(shift, RESCALED_BITS);
    const uint32_t end = whole(count);
#define BODY(kind) rescale_lanes(values, end, mantissa, &scaling, kind)
    FOR_EACH_SCALING(&scaling, BODY);
#undef BODY
    for (uint32_t i = end; i < count; i++) {
        values[i] = ternel_round_shift_saturate((int64_t)values[i] * mantissa, shift, RESCALED_BITS);
    }
}

static const struct ternel_vector_work vector_work = {
    .sum_of_squares = sum_of_squares,
    .reciprocal_sqrt = reciprocal_sqrt,
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

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
#include "rounding.h"

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
                          const struct rounding *unit, const struct rounding *rounding,
                          const enum rounding_kind kind, int32_t *restrict out) {
    for (uint32_t i = 0; i < count; i += LANES) {
        const struct products units =
            round_halves(lanes_products(lanes_load(input + i), lanes_set(reciprocal)), unit);
        const struct products scaled = products_times(units, lanes_load_i16(gains + i));
        lanes_store(out + i, round_saturate(scaled, rounding, kind));
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
        const struct rounding unit = rounding_of((uint32_t)unit_shift, 31);
        const struct rounding rounding = rounding_of(UNIT_FRACTION + gain->fraction - fraction, 39);
#define BODY(kind)                                                                                           \
    rmsnorm_lanes(input, end, gain->values, (int32_t)root.mantissa, &unit, &rounding, kind, out)
        FOR_EACH_KIND(&rounding, BODY);
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
#pragma GCC unroll 2
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

static const struct rounding q16 = {.kind = ROUNDING_LOW, .half = TERNEL_Q16_ONE / 2, .shift = 16};

/// Elements from `start` on whose sigmoids are computed together.
static uint32_t at_once(uint32_t start, uint32_t end) {
    return end - start < SIGMOIDS ? end - start : SIGMOIDS;
}

static void forget_gate(int32_t *gate, uint32_t count, uint32_t fraction, const uint16_t *lower_bound) {
    const struct sigmoid_input input = sigmoid_input_of(fraction);
    const uint32_t end = whole(count);
    int32_t open[SIGMOIDS];
    for (uint32_t start = 0; start < end; start += SIGMOIDS) {
        const uint32_t now = at_once(start, end);
        sigmoids(gate + start, now, &input, open);
        for (uint32_t i = start; i < start + now; i += LANES) {
            const lanes closed = lanes_subtract(lanes_set(TERNEL_Q16_ONE), lanes_load(open + i - start));
            const lanes bound = lower_bound == 0 ? lanes_zero() : lanes_load_u16(lower_bound + i);
            // bound + R((1 - bound) * open, 16) = open + R(bound * closed, 16), which 32 bits hold.
            const lanes more = lanes_add(lanes_multiply(bound, closed), lanes_set(TERNEL_Q16_ONE / 2));
            const lanes closed_still = lanes_subtract(closed, lanes_shift_right_logical(more, 16));
            lanes_store(gate + i, lanes_subtract(lanes_set(TERNEL_Q16_ONE), closed_still));
        }
    }
    REST(forget_gate)(gate + end, count - end, fraction, lower_bound == 0 ? 0 : lower_bound + end);
}

static void update_state(int32_t *restrict state, const int32_t *forget, const int32_t *candidate,
                         uint32_t count, uint32_t fraction) {
    const struct sigmoid_input input = sigmoid_input_of(fraction);
    const uint32_t end = whole(count);
    int32_t open[SIGMOIDS];
    for (uint32_t start = 0; start < end; start += SIGMOIDS) {
        const uint32_t now = at_once(start, end);
        sigmoids(candidate + start, now, &input, open);
        for (uint32_t i = start; i < start + now; i += LANES) {
            const lanes fresh = round_low(lanes_load(candidate + i), lanes_load(open + i - start), &q16);
            const lanes change = lanes_subtract(lanes_load(state + i), fresh);
            lanes_store(state + i, lanes_add(fresh, round_low(change, lanes_load(forget + i), &q16)));
        }
    }
    REST(update_state)(state + end, forget + end, candidate + end, count - end, fraction);
}

/// Bits of the product of two elements.
enum { GATED_BITS = 47 };

/// out = factor * z * open * 2^-(16 + shift).
INLINE void gate_lanes(int32_t *out, const int32_t *factor, const int32_t *z, const int32_t *open,
                       uint32_t count, const struct rounding *rounding, const enum rounding_kind kind) {
    for (uint32_t i = 0; i < count; i += LANES) {
        const struct products gated =
            round_halves(lanes_products(lanes_load(z + i), lanes_load(open + i)), &q16);
        lanes_store(out + i, round_saturate(products_times(gated, lanes_load(factor + i)), rounding, kind));
    }
}

/// out = factor * SiLU(z) * 2^-shift of whole vectors. `out` may be `z`.
static void gate_vectors(int32_t *out, const int32_t *factor, const int32_t *z, uint32_t end,
                         uint32_t fraction, uint32_t shift) {
    const struct sigmoid_input input = sigmoid_input_of(fraction);
    const struct rounding rounding = rounding_of(shift, GATED_BITS);
    int32_t open[SIGMOIDS];
    for (uint32_t start = 0; start < end; start += SIGMOIDS) {
        const uint32_t now = at_once(start, end);
        sigmoids(z + start, now, &input, open);
#define BODY(kind) gate_lanes(out + start, factor + start, z + start, open, now, &rounding, kind)
        FOR_EACH_KIND(&rounding, BODY);
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

INLINE void rescale_lanes(int32_t *values, uint32_t count, int32_t mantissa, const struct rounding *rounding,
                          const enum rounding_kind kind) {
    for (uint32_t i = 0; i < count; i += LANES) {
        const struct products scaled = lanes_products(lanes_load(values + i), lanes_set(mantissa));
        lanes_store(values + i, round_saturate(scaled, rounding, kind));
    }
}

static void rescale(int32_t *values, uint32_t count, uint16_t mantissa, uint8_t shift) {
    const struct rounding rounding = rounding_of(shift, RESCALED_BITS);
    const uint32_t end = whole(count);
#define BODY(kind) rescale_lanes(values, end, mantissa, &rounding, kind)
    FOR_EACH_KIND(&rounding, BODY);
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

// Activations (docs/numerics.md, section 3) by products of 64 bits, for vectors of any width: included by
// operands_long.h, which needs no others, and by activations_float.h.
#pragma once

#include "kernel.h"
#include "rounding.h"

static int32_t lanes_total(lanes a) {
    int32_t values[LANES];
    lanes_store(values, a);
    int32_t total = 0;
    for (int i = 0; i < LANES; i++) {
        total += values[i];
    }
    return total;
}

INLINE int32_t quantise_lanes(const int32_t *input, const int16_t *gains, uint32_t count, int32_t factor,
                              const struct rounding *rounding, const enum rounding_kind kind,
                              int8_t *restrict activation) {
    lanes sums = lanes_zero();
#define BODY(i, n)                                                                                           \
    const lanes x = load(input + (i), n);                                                                    \
    const lanes scaled = lanes_multiply(load_i16(gains + (i), n), lanes_set(factor));                        \
    const lanes q = kind == ROUNDING_LOW ? round_low(x, scaled, rounding)                                    \
                                         : round_high(lanes_products(x, scaled), rounding);                  \
    store_i8(activation + (i), q, n);                                                                        \
    sums = lanes_add(sums, q)
    EACH_VECTOR(count, BODY);
#undef BODY
    return lanes_total(sums);
}

static int32_t quantise_exactly(const int32_t *input, const int16_t *gains, uint32_t count, int32_t factor,
                                int32_t k, int8_t *restrict activation) {
    const struct rounding rounding = rounding_of((uint32_t)(24 + k), 31);
    return rounding.kind == ROUNDING_LOW
               ? quantise_lanes(input, gains, count, factor, &rounding, ROUNDING_LOW, activation)
               : quantise_lanes(input, gains, count, factor, &rounding, ROUNDING_HIGH, activation);
}

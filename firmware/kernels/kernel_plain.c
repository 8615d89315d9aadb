// The kernel in plain C, for any processor with words of 64 bits, and the yardstick of the others. A byte
// holds five weights (packing.h) of one line of eight columns; its table entry holds the five trits as lanes
// of twelve bits, so one multiplication by the activation adds it to all five sums at once. Sixteen columns
// fit: 16 * 127 = 2032 < 2048.
#include <string.h>

#include "bitlinear.h"
#include "gates.h"
#include "kernel.h"
#include "numerics.h"
#include "rmsnorm.h"

enum { DIGITS = 5, LANE_BITS = 12, LANE_BIAS = 1 << (LANE_BITS - 1), COLUMNS_AT_ONCE = 16 };
_Static_assert(COLUMNS_AT_ONCE * 127 < LANE_BIAS, "a lane would overflow");

/// Digit j of the byte u, less one, in lane j.
#define TRIT(u, power) ((((u) * (power)&255) * 3 >> 8) - 1)
#define LANE(u, power, lane) ((int64_t)TRIT(u, power) * (INT64_C(1) << (lane)*LANE_BITS))
#define ENTRY(u) (LANE(u, 1, 0) + LANE(u, 3, 1) + LANE(u, 9, 2) + LANE(u, 27, 3) + LANE(u, 81, 4))
#define FOUR(u) ENTRY(u), ENTRY((u) + 1), ENTRY((u) + 2), ENTRY((u) + 3)
#define SIXTEEN(u) FOUR(u), FOUR((u) + 4), FOUR((u) + 8), FOUR((u) + 12)
#define SIXTY_FOUR(u) SIXTEEN(u), SIXTEEN((u) + 16), SIXTEEN((u) + 32), SIXTEEN((u) + 48)
static const int64_t trit_lanes[256] = {SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTY_FOUR(128), SIXTY_FOUR(192)};

static void multiply_token(const uint8_t *tile, const int8_t *activation, uint32_t columns, int32_t *sums) {
    const uint64_t mask = (UINT64_C(1) << LANE_BITS) - 1;
    uint64_t bias = 0;
    for (int i = 0; i < DIGITS; i++) {
        bias |= (uint64_t)LANE_BIAS << i * LANE_BITS;
        sums[i] = 0;
    }
    for (uint32_t done = 0; done < columns; done += COLUMNS_AT_ONCE) {
        const uint32_t rest = columns - done;
        const uint32_t count = rest < COLUMNS_AT_ONCE ? rest : COLUMNS_AT_ONCE;
        int64_t total = 0;
        for (uint32_t i = 0; i < count; i++) {
            total += trit_lanes[tile[done + i]] * activation[done + i];
        }
        // The bias makes every lane positive, so that they come apart.
        uint64_t lanes = (uint64_t)total + bias;
        for (int i = 0; i < DIGITS; i++, lanes >>= LANE_BITS) {
            sums[i] += (int32_t)(lanes & mask) - LANE_BIAS;
        }
    }
}

static void multiply(const uint8_t *tile, const struct ternel_inputs *inputs, int32_t *sums) {
    multiply_token(tile, inputs->values, inputs->columns, sums);
}

static void rescale(int32_t *values, uint32_t count, uint16_t mantissa, uint8_t shift) {
    for (uint32_t i = 0; i < count; i++) {
        values[i] = ternel_round_shift_saturate((int64_t)values[i] * mantissa, shift, 39);
    }
}

static void multiply_many(const uint8_t *tile, const struct ternel_inputs *inputs,
                          struct ternel_kernel_scratch *scratch, int32_t *values, uint32_t stride) {
    (void)scratch;
    for (uint32_t t = 0; t < inputs->tokens; t++) {
        multiply_token(tile, inputs->values + t * inputs->stride, inputs->columns, values + t * stride);
        const struct ternel_rescaler *rescaler = &inputs->rescalers[t];
        rescale(values + t * stride, DIGITS, rescaler->mantissa, rescaler->shift);
    }
}

static void rmsnorm(const int32_t *input, uint64_t squares, const struct ternel_kernel_gain *by,
                    uint32_t fraction, int32_t *restrict out) {
    ternel_rmsnorm(input, squares, by->source, fraction, out);
}

static uint64_t largest_product(const int32_t *input, const struct ternel_kernel_gain *by) {
    return ternel_largest_product(input, by->source);
}

static int32_t quantise(const int32_t *input, const struct ternel_kernel_gain *by, int32_t factor, int32_t k,
                        int8_t *restrict activation) {
    ternel_quantise(input, by->source, factor, k, activation);
    int32_t sum = 0;
    for (uint32_t i = 0; i < by->source->count; i++) {
        sum += activation[i];
    }
    return sum;
}

static void update_state(int32_t *restrict candidate, const int32_t *forget, const int32_t *state,
                         uint32_t count, uint32_t fraction) {
    enum { AT_ONCE = 64 };
    int32_t now[AT_ONCE];
    for (uint32_t start = 0; start < count; start += AT_ONCE) {
        const uint32_t n = count - start < AT_ONCE ? count - start : AT_ONCE;
        memcpy(now, state + start, n * sizeof *now);
        ternel_update_state(now, forget + start, candidate + start, n, fraction);
        memcpy(candidate + start, now, n * sizeof *now);
    }
}

static const struct ternel_vector_work vector_work = {
    .sum_of_squares = ternel_sum_of_squares,
    .reciprocal_sqrt = ternel_reciprocal_sqrt,
    .spread_gain = NULL,
    .rmsnorm = rmsnorm,
    .largest_product = largest_product,
    .quantise = quantise,
    .forget_gate = ternel_forget_gate,
    .update_state = update_state,
    .gate_output = ternel_gate_output,
    .gate_linear_unit = ternel_gate_linear_unit,
    .add_residual = ternel_add_residual,
    .rescale = rescale,
};

const struct ternel_kernel ternel_kernel_plain = {
    .name = "plain",
    .features = 0,
    .packing = {.trits = DIGITS, .lines = 1},
    .multiply = multiply,
    .multiply_many = multiply_many,
    .products = DIGITS,
    .vector = &vector_work,
};

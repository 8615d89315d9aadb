#include "gates.h"

#include "numerics.h"
#include "ternel_tables.h"

enum { INDEX_FRACTION = 12, INDEX_MAX = 65535, HALF = 32768, STEP_BITS = 6, PRODUCT_BITS = 47 };

static const uint16_t sigmoid_table[] = {TERNEL_SIGMOID_VALUES};
_Static_assert(sizeof sigmoid_table / sizeof sigmoid_table[0] == (INDEX_MAX >> STEP_BITS) + 2,
               "the table must have a value behind its last step");

/// How a fraction becomes the table's index with 12 fraction bits: one of the two shifts is 0. From `least`
/// to `least + range` the index stays within the table.
struct index_shift {
    uint32_t left;
    uint32_t right;
    int32_t half;
    int32_t least;
    uint32_t range;
};

static struct index_shift index_shift(uint32_t fraction) {
    if (fraction <= INDEX_FRACTION) {
        uint32_t left = INDEX_FRACTION - fraction;
        int32_t most = INDEX_MAX >> left;
        return (struct index_shift){.left = left, .least = -most, .range = 2 * (uint32_t)most};
    }
    uint32_t right = fraction - INDEX_FRACTION;
    int32_t half = 1 << (right - 1);
    int32_t least = -INDEX_MAX * (1 << right) - half;
    return (struct index_shift){
        .right = right,
        .half = half,
        .least = least,
        .range = (uint32_t)((INDEX_MAX + 1) * (1 << right) - half - 1 - least),
    };
}

static inline int32_t sigmoid(int32_t z, const struct index_shift *shift) {
    int32_t index;
    if (TERNEL_MOSTLY((uint32_t)z - (uint32_t)shift->least <= shift->range)) {
        index = (z * (1 << shift->left) + shift->half) >> shift->right;
    } else {
        index = z < 0 ? -INDEX_MAX : INDEX_MAX;
    }
    int32_t magnitude = index < 0 ? -index : index;
    const uint16_t *entry = &sigmoid_table[magnitude >> STEP_BITS];
    int32_t weight = magnitude & ((1 << STEP_BITS) - 1);
    int32_t step = (entry[1] - entry[0]) * weight + (HALF << STEP_BITS) + (1 << (STEP_BITS - 1));
    int32_t above = entry[0] + (step >> STEP_BITS);
    return index < 0 ? TERNEL_Q16_ONE - above : above;
}

/// No saturation is needed: |SiLU(z)| <= |z|.
static inline int32_t silu(int32_t z, const struct index_shift *shift) {
    return ternel_round_shift_short((int64_t)z * sigmoid(z, shift), 16);
}

uint32_t ternel_sigmoid(int32_t z, uint32_t fraction) {
    struct index_shift shift = index_shift(fraction);
    return (uint32_t)sigmoid(z, &shift);
}

void ternel_forget_gate(int32_t *gate, uint32_t count, uint32_t fraction, const uint16_t *lower_bound) {
    const struct index_shift shift = index_shift(fraction);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t open = (uint32_t)sigmoid(gate[i], &shift);
        uint32_t bound = lower_bound == 0 ? 0 : lower_bound[i];
        if (bound != 0) { // with a bound of 1 or more the product and its rounding stay below 2^32
            open = bound + (((TERNEL_Q16_ONE - bound) * open + HALF) >> 16);
        }
        gate[i] = (int32_t)open;
    }
}

void ternel_update_state(int32_t *restrict state, const int32_t *forget, const int32_t *candidate,
                         uint32_t count, uint32_t fraction) {
    const struct index_shift shift = index_shift(fraction);
    for (uint32_t i = 0; i < count; i++) {
        // R(forget * h + (1 - forget) * c, 16) = c + R(forget * (h - c), 16): c is a whole number of ones.
        // The result lies between h and c, so it needs no saturation.
        int32_t fresh = silu(candidate[i], &shift);
        state[i] = fresh + ternel_round_shift_short((int64_t)(state[i] - fresh) * forget[i], 16);
    }
}

void ternel_gate_output(int32_t *restrict out, const int32_t *normed, const int32_t *state, uint32_t count,
                        uint32_t fraction, uint32_t shift) {
    const struct index_shift to_index = index_shift(fraction);
    for (uint32_t i = 0; i < count; i++) {
        int64_t product = (int64_t)normed[i] * silu(state[i], &to_index);
        out[i] = ternel_round_shift_saturate(product, shift, PRODUCT_BITS);
    }
}

void ternel_gate_linear_unit(int32_t *restrict gate, const int32_t *up, uint32_t count, uint32_t fraction,
                             uint32_t shift) {
    const struct index_shift to_index = index_shift(fraction);
    for (uint32_t i = 0; i < count; i++) {
        int32_t factor = up[i];
        int64_t product = (int64_t)factor * silu(gate[i], &to_index);
        gate[i] = ternel_round_shift_saturate(product, shift, PRODUCT_BITS);
    }
}

void ternel_add_residual(int32_t *restrict residual, const int32_t *update, uint32_t count) {
    TERNEL_UNROLL(4)
    for (uint32_t i = 0; i < count; i++) {
        residual[i] = ternel_saturate_32(residual[i] + update[i]);
    }
}

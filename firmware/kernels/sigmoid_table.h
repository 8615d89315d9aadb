// The sigmoid of docs/numerics.md, section 4, from its table. Included by a kernel after its lanes_*.h.
#pragma once

#include <stdint.h>
#include <string.h>

#include "operands_long.h"
#include "ternel_tables.h"

/// T[0..1024]: two neighbours are read as one word of 32 bits.
static const uint16_t sigmoid_entries[] = {TERNEL_SIGMOID_VALUES};
_Static_assert(sizeof sigmoid_entries == 1025 * sizeof(uint16_t), "T[1024] stands behind the last step");

/// How a fraction becomes the table's index with 12 fraction bits: by `left`, or by `right` with rounding.
struct sigmoid_input {
    uint32_t left;
    uint32_t right;
    int32_t half;
};

/// Elements beyond LEFT_LIMIT have the last index in any case, and before it room for the shift to the left.
/// SIGMOIDS: so many at a time at most.
enum { INDEX_FRACTION = 12, INDEX_MAX = 65535, STEP_BITS = 6, LEFT_LIMIT = 1 << 17, SIGMOIDS = 256 };

static struct sigmoid_input sigmoid_input_of(uint32_t fraction) {
    if (fraction <= INDEX_FRACTION) {
        return (struct sigmoid_input){.left = INDEX_FRACTION - fraction};
    }
    const uint32_t right = fraction - INDEX_FRACTION;
    return (struct sigmoid_input){.right = right, .half = 1 << (right - 1)};
}

INLINE lanes clamp(lanes a, int32_t most) {
    return lanes_maximum(lanes_minimum(a, lanes_set(most)), lanes_set(-most));
}

INLINE lanes sigmoid_index(lanes z, const struct sigmoid_input *input) {
    if (input->right == 0) {
        z = lanes_shift_left(clamp(z, LEFT_LIMIT), input->left);
    } else {
        z = lanes_shift_right(lanes_add(z, lanes_set(input->half)), input->right);
    }
    return clamp(z, INDEX_MAX);
}

/// The sigmoid of an index and the two entries around it: T[k] | T[k + 1] << 16.
INLINE lanes interpolate(lanes index, lanes entries) {
    const lanes here = lanes_and(entries, lanes_set(0xffff));
    const lanes step = lanes_subtract(lanes_shift_right_logical(entries, 16), here);
    const lanes weight = lanes_and(lanes_absolute(index), lanes_set((1 << STEP_BITS) - 1));
    const lanes part = lanes_add(lanes_multiply_short(step, weight), lanes_set(1 << (STEP_BITS - 1)));
    const lanes above = lanes_add(here, lanes_shift_right_logical(part, STEP_BITS)); // a half
    // A negative index: as much below a half.
    const lanes sign = lanes_shift_right(index, 31);
    return lanes_add(lanes_subtract(lanes_xor(above, sign), sign), lanes_set(TERNEL_Q16_ONE / 2));
}

/// 0 to 65536 for each of `count` elements, with room for whole vectors. One load for two entries, and one
/// for two steps: a gather takes longer.
static void sigmoids(const int32_t *z, uint32_t count, const struct sigmoid_input *input,
                     sigmoid_value *out) {
    int32_t index[SIGMOIDS];
#define BODY(i, n)                                                                                           \
    const lanes a = sigmoid_index(load(z + (i), n), input);                                                  \
    lanes_store(index + (i), a);                                                                             \
    lanes_store(out + (i), lanes_shift_right_logical(lanes_absolute(a), STEP_BITS))
    EACH_VECTOR(count, BODY);
#undef BODY
#pragma GCC unroll 4
    for (uint32_t i = 0; i < count; i += 2) {
        uint64_t steps;
        memcpy(&steps, out + i, sizeof steps);
        memcpy(&out[i], sigmoid_entries + (uint32_t)steps, sizeof out[i]);
        memcpy(&out[i + 1], sigmoid_entries + (steps >> 32), sizeof out[i]);
    }
    for (uint32_t i = 0; i < count; i += LANES) {
        lanes_store(out + i, interpolate(lanes_load(index + i), lanes_load(out + i)));
    }
}

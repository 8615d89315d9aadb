#include "rmsnorm.h"

#include <string.h>

#include "numerics.h"

enum { UNIT_FRACTION = 22 }; // of x / |x|, which is at most 1

uint64_t ternel_sum_of_squares(const int32_t *input, uint32_t count) {
    uint64_t sum = 0;
    TERNEL_UNROLL(4)
    for (uint32_t i = 0; i < count; i++) {
        sum += (uint64_t)((int64_t)input[i] * input[i]);
    }
    return sum;
}

void ternel_rmsnorm(const int32_t *input, uint64_t squares, const struct ternel_gain *gain, uint32_t fraction,
                    int32_t *restrict out) {
    uint64_t sum = squares + gain->epsilon;
    if (sum == 0) {
        memset(out, 0, (size_t)gain->count * sizeof *out);
        return;
    }
    struct ternel_scale root = ternel_reciprocal_sqrt(sum);
    int32_t reciprocal = (int32_t)root.mantissa;
    int32_t unit_shift = root.exponent - UNIT_FRACTION; // -6..25
    uint32_t shift = (uint32_t)UNIT_FRACTION + gain->fraction - fraction;
    const int16_t *gains = gain->values;
    uint32_t count = gain->count;
    // |x| * reciprocal * 2^-unit_shift is at most 2^22 and a little, so a unit fits 24 bits, and its product
    // with a gain 39.
    if (unit_shift <= 0) {
        for (uint32_t i = 0; i < count; i++) {
            int32_t unit = input[i] * reciprocal * (1 << -unit_shift);
            out[i] = ternel_round_shift_saturate((int64_t)unit * gains[i], shift, 39);
        }
        return;
    }
    TERNEL_UNROLL(2)
    for (uint32_t i = 0; i < count; i++) {
        int32_t unit = ternel_round_shift_short((int64_t)input[i] * reciprocal, (uint32_t)unit_shift);
        out[i] = ternel_round_shift_saturate((int64_t)unit * gains[i], shift, 39);
    }
}

#include "bitlinear.h"

#include <string.h>

#include "numerics.h"

enum { ACTIVATION_MAX = 127 };

// Nearly always the upper halves of the products decide: on a 32-bit machine the lower ones are not even
// computed then.
uint64_t ternel_largest_product(const int32_t *input, const struct ternel_gain *gain) {
    const int16_t *gains = gain->values;
    uint32_t count = gain->count;
    int64_t high = 0;
    int64_t low = 0;
    int32_t high_upper = 0;
    int32_t low_upper = 0;
    for (uint32_t i = 0; i < count; i++) {
        int32_t upper = (int32_t)(((int64_t)(input[i] * 256) * gains[i]) >> 32);
        if (TERNEL_RARELY(upper >= high_upper)) {
            int64_t product = (int64_t)input[i] * gains[i];
            high = product > high ? product : high;
            high_upper = upper;
        }
        if (TERNEL_RARELY(upper <= low_upper)) {
            int64_t product = (int64_t)input[i] * gains[i];
            low = product < low ? product : low;
            low_upper = upper;
        }
    }
    return (uint64_t)(high > -low ? high : -low);
}

// The largest |input * gain| is largest' * 2^k and a little, and factor = floor(127 * 2^24 / largest'). So no
// activation can leave -127..127: before rounding it is below 127.004. A gain of 16 bits times a factor of 16
// bits (at most 65024) fits 32.
void ternel_quantise(const int32_t *input, const struct ternel_gain *gain, int32_t factor, int32_t k,
                     int8_t *restrict activation) {
    const int16_t *gains = gain->values;
    uint32_t count = gain->count;
    if (k > 8) {
        // The shift is above 32: only the upper half of the 55-bit product counts.
        uint32_t shift = (uint32_t)(k - 8);
        int32_t half = 1 << (shift - 1);
        TERNEL_UNROLL(4)
        for (uint32_t i = 0; i < count; i++) {
            int32_t upper = (int32_t)(((int64_t)input[i] * (gains[i] * factor)) >> 32);
            activation[i] = (int8_t)((upper + half) >> shift);
        }
        return;
    }
    uint32_t shift = (uint32_t)(24 + k); // 9 to 32
    for (uint32_t i = 0; i < count; i++) {
        activation[i] = (int8_t)ternel_round_shift_short((int64_t)input[i] * (gains[i] * factor), shift);
    }
}

struct ternel_quantiser ternel_quantiser_of(const struct ternel_matrix *matrix,
                                            const struct ternel_gain *gain, uint64_t squares,
                                            uint64_t largest, uint32_t fraction) {
    struct ternel_scale root = ternel_reciprocal_sqrt(squares + gain->epsilon);
    root.exponent += (int32_t)gain->fraction;
    int32_t k = (int32_t)ternel_bits(largest) - 16;
    uint32_t mantissa = k >= 0 ? (uint32_t)(largest >> k) : (uint32_t)(largest << -k);
    struct ternel_scale scale = {.mantissa = matrix->mantissa, .exponent = matrix->exponent};
    scale = ternel_scale_product(scale, (struct ternel_scale){.mantissa = mantissa, .exponent = -k});
    scale = ternel_scale_product(scale, root);
    int32_t shift = scale.exponent - (int32_t)fraction;
    shift = shift < 0 ? 0 : shift > 63 ? 63 : shift;
    return (struct ternel_quantiser){
        .factor = (int32_t)(((uint32_t)ACTIVATION_MAX << 24) / mantissa),
        .k = k,
        .mantissa = (uint16_t)scale.mantissa,
        .shift = (uint8_t)shift,
    };
}

enum ternel_error ternel_bitlinear(const struct ternel_backend *backend, const struct ternel_matrix *matrix,
                                   const struct ternel_gain *gain, const int32_t *input, uint64_t squares,
                                   uint32_t fraction, int8_t *activation, int32_t *out) {
    uint64_t largest = squares + gain->epsilon == 0 ? 0 : ternel_largest_product(input, gain);
    if (largest == 0) {
        memset(out, 0, (size_t)matrix->rows * sizeof *out);
        return TERNEL_OK;
    }
    struct ternel_quantiser q = ternel_quantiser_of(matrix, gain, squares, largest, fraction);
    ternel_quantise(input, gain, q.factor, q.k, activation);
    memset(activation + matrix->columns, 0, matrix->stride - matrix->columns);
    return backend->multiply(backend->context, matrix, activation, q.mantissa, q.shift, out);
}

#include "bitlinear.h"

#include <string.h>

#include "numerics.h"
#include "rmsnorm.h"
#include "testing.h"

enum { COLUMNS = 70, STRIDE = 72, ROWS = 3 };

/// A matvec that keeps what it was given.
struct call {
    int calls;
    int8_t activation[STRIDE];
    uint32_t mantissa;
    uint32_t shift;
};

static enum ternel_error record(void *context, const struct ternel_matrix *matrix, const int8_t *activation,
                                uint16_t mantissa, uint8_t shift, int32_t *out) {
    struct call *call = context;
    call->calls++;
    memcpy(call->activation, activation, matrix->stride);
    call->mantissa = mantissa;
    call->shift = shift;
    memset(out, 0x55, matrix->rows * sizeof *out);
    return TERNEL_OK;
}

static int bits(testing_wide value) {
    int count = 0;
    for (; value > 0; value /= 2) {
        count++;
    }
    return count;
}

static struct ternel_scale product(struct ternel_scale a, struct ternel_scale b) {
    uint64_t exact = (uint64_t)a.mantissa * b.mantissa;
    int cut = exact >> 31 != 0 ? 16 : 15;
    return (struct ternel_scale){(uint32_t)(exact >> cut), a.exponent + b.exponent - cut};
}

/// docs/numerics.md, section 3, in 128 bits: what the matvec must be given. False: nothing, the result is
/// zero.
static bool reference(const int32_t *x, const struct ternel_gain *gain, const struct ternel_matrix *matrix,
                      int fraction, struct call *call) {
    testing_wide sum = gain->epsilon;
    testing_wide largest = 0;
    for (uint32_t i = 0; i < gain->count; i++) {
        testing_wide g = (testing_wide)x[i] * gain->values[i];
        sum += (testing_wide)x[i] * x[i];
        largest = g > largest ? g : -g > largest ? -g : largest;
    }
    if (sum == 0 || largest == 0) {
        return false;
    }
    int k = bits(largest) - 16;
    testing_wide m = k >= 0 ? largest >> k : largest << -k;
    testing_wide c = ((testing_wide)127 << 24) / m;
    for (uint32_t i = 0; i < matrix->stride; i++) {
        testing_wide q =
            i < gain->count ? testing_round((testing_wide)x[i] * gain->values[i] * c, 24 + k) : 0;
        call->activation[i] = (int8_t)(q > 127 ? 127 : q < -127 ? -127 : q);
    }
    struct ternel_scale root = ternel_reciprocal_sqrt((uint64_t)sum);
    root.exponent += (int)gain->fraction;
    struct ternel_scale scale = {matrix->mantissa, matrix->exponent};
    scale = product(product(scale, (struct ternel_scale){(uint32_t)m, -k}), root);
    int shift = scale.exponent - fraction;
    call->mantissa = scale.mantissa;
    call->shift = shift < 0 ? 0 : shift > 63 ? 63 : (uint32_t)shift;
    return true;
}

void test_bitlinear(void) {
    uint64_t random = 4;
    int32_t x[COLUMNS];
    int16_t values[COLUMNS];
    int32_t out[ROWS];
    _Alignas(16) int8_t activation[STRIDE];
    int zeros = 0;
    for (int round = 0; round < 50000; round++) {
        struct ternel_gain gain = {.values = values, .count = 1 + testing_below(&random, COLUMNS)};
        struct ternel_matrix matrix = {
            .rows = ROWS, .columns = gain.count, .stride = (gain.count + 7) / 8 * 8};
        matrix.mantissa = (uint16_t)(32768 + testing_below(&random, 32768));
        matrix.exponent = (int16_t)(testing_below(&random, 129) - 64);
        gain.fraction = testing_below(&random, 21);
        gain.epsilon = testing_random(&random) >> (2 + testing_below(&random, 62));
        uint32_t small = testing_below(&random, 25);
        uint32_t small_gain = testing_below(&random, 16);
        for (uint32_t i = 0; i < gain.count; i++) {
            x[i] = testing_element(&random) >> small;
            values[i] = (int16_t)((int16_t)(testing_random(&random) >> 13) >> small_gain);
        }
        uint32_t fraction = testing_below(&random, 21);
        struct call got = {.calls = 0};
        struct call expected;
        struct ternel_backend matvec = {.context = &got, .multiply = record};
        memset(activation, 0x7f, sizeof activation); // whatever was there must not stay in the padding
        uint64_t squares = ternel_sum_of_squares(x, gain.count);
        EXPECT(ternel_bitlinear(&matvec, &matrix, &gain, x, squares, fraction, activation, out) == TERNEL_OK);
        if (!reference(x, &gain, &matrix, (int)fraction, &expected)) {
            EXPECT(got.calls == 0 && out[0] == 0 && out[ROWS - 1] == 0);
            zeros++;
            continue;
        }
        EXPECT(got.calls == 1 && got.mantissa == expected.mantissa && got.shift == expected.shift);
        EXPECT(memcmp(got.activation, expected.activation, matrix.stride) == 0);
    }
    EXPECT(zeros > 100);
}

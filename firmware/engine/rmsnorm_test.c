#include "rmsnorm.h"

#include <math.h>

#include "numerics.h"
#include "testing.h"

enum { COUNT = 67 };

/// docs/numerics.md, section 2, in 128 bits. The reciprocal root has its own test.
static void reference(const int32_t *input, const struct ternel_gain *gain, int fraction, int32_t *out) {
    testing_wide sum = gain->epsilon;
    for (uint32_t i = 0; i < gain->count; i++) {
        sum += (testing_wide)input[i] * input[i];
    }
    for (uint32_t i = 0; i < gain->count; i++) {
        out[i] = 0;
        if (sum != 0) {
            struct ternel_scale root = ternel_reciprocal_sqrt((uint64_t)sum);
            testing_wide unit = testing_round((testing_wide)input[i] * root.mantissa, root.exponent - 22);
            out[i] =
                testing_saturate(testing_round(unit * gain->values[i], 22 + (int)gain->fraction - fraction));
        }
    }
}

static void test_random(uint64_t *random) {
    int32_t input[COUNT];
    int32_t expected[COUNT];
    int32_t out[COUNT];
    int16_t values[COUNT];
    for (int round = 0; round < 20000; round++) {
        struct ternel_gain gain = {.values = values, .count = 1 + testing_below(random, COUNT)};
        gain.fraction = testing_below(random, 21);
        gain.epsilon = testing_random(random) >> (2 + testing_below(random, 62));
        uint32_t small = testing_below(random, 24);
        for (uint32_t i = 0; i < gain.count; i++) {
            input[i] = testing_element(random) >> small;
            values[i] = (int16_t)(testing_random(random) >> 13);
        }
        if (round % 100 == 0) {
            gain.epsilon = 0;
        }
        uint32_t fraction = testing_below(random, 21);
        reference(input, &gain, (int)fraction, expected);
        ternel_rmsnorm(input, ternel_sum_of_squares(input, gain.count), &gain, fraction, out);
        for (uint32_t i = 0; i < gain.count; i++) {
            EXPECT(out[i] == expected[i]);
        }
    }
}

/// The largest sum of squares there can be, and a zero one.
static void test_extremes(void) {
    static int32_t input[32768];
    static int32_t out[32768];
    static int16_t values[32768];
    struct ternel_gain gain = {.values = values, .count = 32768, .fraction = 15};
    for (int i = 0; i < 32768; i++) {
        input[i] = -8388608;
        values[i] = INT16_MAX;
    }
    EXPECT(ternel_sum_of_squares(input, 32768) == UINT64_C(1) << 61);
    gain.epsilon = (UINT64_C(1) << 62) - 1;
    ternel_rmsnorm(input, UINT64_C(1) << 61, &gain, 20, out);
    double exact = -8388608 / sqrt(pow(2, 61) + pow(2, 62)) * 32767 * 32;
    EXPECT(fabs(out[0] - exact) < 1 + fabs(exact) / 8192);
    gain.epsilon = 0;
    for (int i = 0; i < 32768; i++) {
        input[i] = 0;
    }
    ternel_rmsnorm(input, 0, &gain, 20, out);
    EXPECT(out[0] == 0 && out[32767] == 0);
}

void test_rmsnorm(void) {
    uint64_t random = 3;
    test_random(&random);
    test_extremes();
}

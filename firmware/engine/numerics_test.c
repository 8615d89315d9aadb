#include "numerics.h"

#include <math.h>

#include "testing.h"

static void test_rounding(uint64_t *random) {
    EXPECT(ternel_round_shift(3, 1) == 2 && ternel_round_shift(-3, 1) == -1 &&
           ternel_round_shift(-1, 1) == 0);
    for (int i = 0; i < 200000; i++) {
        int64_t value = (int64_t)testing_random(random) >> (2 + testing_below(random, 60));
        uint32_t shift = testing_below(random, 64);
        testing_wide expected = testing_round(value, (int)shift);
        EXPECT(ternel_round_shift(value, shift) == expected);
        if (shift >= 1 && shift <= 32 && expected >= -(1 << 30) && expected < (1 << 30)) {
            EXPECT(ternel_round_shift_short(value, shift) == expected);
        }
        int64_t product = value >> 15; // 47 bits, as the widest product of the engine
        EXPECT(ternel_round_shift_saturate(product, shift, 47) ==
               testing_saturate(testing_round(product, (int)shift)));
        int64_t narrow = value >> 24;
        EXPECT(ternel_round_shift_saturate(narrow, shift, 38) ==
               testing_saturate(testing_round(narrow, (int)shift)));
    }
}

static void test_saturation(uint64_t *random) {
    for (int64_t edge = -8388608; edge <= 8388608; edge += 8388608) {
        for (int64_t value = edge - 3; value <= edge + 3; value++) {
            EXPECT(ternel_saturate(value) == testing_saturate(value));
            EXPECT(ternel_saturate_32((int32_t)value) == testing_saturate(value));
        }
    }
    for (int i = 0; i < 10000; i++) {
        int64_t value = (int64_t)testing_random(random) >> testing_below(random, 60);
        EXPECT(ternel_saturate(value) == testing_saturate(value));
    }
}

static void test_scales(uint64_t *random) {
    for (int i = 0; i < 100000; i++) {
        struct ternel_scale a = {32768 + testing_below(random, 32768),
                                 (int32_t)testing_below(random, 100) - 50};
        struct ternel_scale b = {32768 + testing_below(random, 32768),
                                 (int32_t)testing_below(random, 100) - 50};
        struct ternel_scale product = ternel_scale_product(a, b);
        EXPECT(product.mantissa >= 32768 && product.mantissa < 65536);
        double exact = ldexp((double)a.mantissa, -a.exponent) * ldexp((double)b.mantissa, -b.exponent);
        double error = exact - ldexp((double)product.mantissa, -product.exponent);
        EXPECT(error >= 0 && error < exact / 32768); // cut, not rounded
    }
    struct ternel_scale largest = {65535, 3};
    struct ternel_scale square = ternel_scale_product(largest, largest);
    EXPECT(square.mantissa == 65534 && square.exponent == 6 - 16);
}

static void test_reciprocal_sqrt(uint64_t *random) {
    double worst = 0;
    for (int i = 0; i < 200000; i++) {
        uint64_t value = testing_random(random) >> testing_below(random, 64);
        if (i < 4096) {
            value = (uint64_t)i;
        }
        if (value == 0) {
            continue;
        }
        struct ternel_scale root = ternel_reciprocal_sqrt(value);
        EXPECT(root.mantissa >= 32768 && root.mantissa < 65536);
        double exact = 1 / sqrt((double)value);
        worst = fmax(worst, fabs(ldexp((double)root.mantissa, -root.exponent) - exact) / exact);
    }
    EXPECT(worst < ldexp(1, -14));
    EXPECT(ternel_reciprocal_sqrt(1).mantissa == 65535 && ternel_reciprocal_sqrt(1).exponent == 16);
    EXPECT(ternel_reciprocal_sqrt(UINT64_MAX).mantissa == 32768 &&
           ternel_reciprocal_sqrt(UINT64_MAX).exponent == 47);
}

void test_numerics(void) {
    uint64_t random = 1;
    test_rounding(&random);
    test_saturation(&random);
    test_scales(&random);
    test_reciprocal_sqrt(&random);
    for (uint32_t bits = 0; bits < 64; bits++) {
        EXPECT(ternel_bits((UINT64_C(1) << bits) - 1) == bits &&
               ternel_bits(UINT64_C(1) << bits) == bits + 1);
    }
}

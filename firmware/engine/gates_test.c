#include "gates.h"

#include <math.h>

#include "testing.h"

static double logistic(double z) {
    return 1 / (1 + exp(-z));
}

/// docs/numerics.md section 4, with its table computed here and everything in 128 bits.
static testing_wide reference_sigmoid(int32_t z, int fraction) {
    testing_wide v = testing_round(z, fraction - 12);
    testing_wide m = v < 0 ? -v : v;
    m = m > 65535 ? 65535 : m;
    int k = (int)(m / 64);
    int next = k + 1 > 1023 ? 1023 : k + 1;
    testing_wide low = (testing_wide)llround(65536 * (logistic(k / 64.0) - 0.5));
    testing_wide high = (testing_wide)llround(65536 * (logistic(next / 64.0) - 0.5));
    testing_wide s = 32768 + low + testing_round((high - low) * (m % 64), 6);
    return v < 0 ? 65536 - s : s;
}

static testing_wide reference_silu(int32_t z, int fraction) {
    return testing_saturate(testing_round(z * reference_sigmoid(z, fraction), 16));
}

static void test_sigmoid(uint64_t *random) {
    double worst = 0;
    for (int fraction = 0; fraction <= 20; fraction++) {
        for (int i = 0; i < 20000; i++) {
            int32_t z = i < 10000 ? i - 5000 : testing_element(random);
            uint32_t got = ternel_sigmoid(z, (uint32_t)fraction);
            EXPECT(got == reference_sigmoid(z, fraction));
            worst = fmax(worst, fabs(got / 65536.0 - logistic(ldexp(z, -fraction))));
        }
    }
    EXPECT(worst < ldexp(1, -14));
}

enum { COUNT = 64 };

static void test_vectors(uint64_t *random) {
    int32_t a[COUNT];
    int32_t b[COUNT];
    int32_t c[COUNT];
    int32_t out[COUNT];
    uint16_t bound[COUNT];
    for (int round = 0; round < 2000; round++) {
        uint32_t fraction = testing_below(random, 21);
        uint32_t shift = testing_below(random, 41);
        for (int i = 0; i < COUNT; i++) {
            a[i] = testing_element(random);
            b[i] = testing_element(random);
            bound[i] = (uint16_t)(testing_random(random) >> testing_below(random, 17));
            c[i] = a[i];
            out[i] = a[i];
        }
        bool bounded = testing_below(random, 2) == 0;
        ternel_forget_gate(c, COUNT, fraction, bounded ? bound : 0);
        ternel_update_state(out, c, b, COUNT, fraction);
        for (int i = 0; i < COUNT; i++) {
            testing_wide gate = reference_sigmoid(a[i], (int)fraction);
            if (bounded) {
                gate = bound[i] + testing_round((65536 - bound[i]) * gate, 16);
            }
            EXPECT(c[i] == gate);
            testing_wide fresh = reference_silu(b[i], (int)fraction);
            EXPECT(out[i] == testing_saturate(testing_round(gate * a[i] + (65536 - gate) * fresh, 16)));
        }
        ternel_gate_output(out, a, b, COUNT, fraction, shift);
        for (int i = 0; i < COUNT; i++) {
            testing_wide product = a[i] * reference_silu(b[i], (int)fraction);
            EXPECT(out[i] == testing_saturate(testing_round(product, (int)shift)));
            c[i] = b[i];
        }
        ternel_gate_linear_unit(c, a, COUNT, fraction, shift);
        for (int i = 0; i < COUNT; i++) {
            EXPECT(c[i] == out[i]); // the same product with the roles exchanged
            c[i] = b[i];
        }
        ternel_add_residual(c, a, COUNT);
        for (int i = 0; i < COUNT; i++) {
            EXPECT(c[i] == testing_saturate((testing_wide)a[i] + b[i]));
        }
    }
}

void test_gates(void) {
    uint64_t random = 2;
    test_sigmoid(&random);
    test_vectors(&random);
}

// Every kernel's work between the matrices against the engine's own, element by element.
#include <stdlib.h>
#include <string.h>

#include "bitlinear.h"
#include "gates.h"
#include "kernels_testing.h"
#include "numerics.h"
#include "quantiser.h"
#include "rmsnorm.h"

/// Most vectors are short; some are longer than what the kernels take at once.
enum {
    SHORT_MAX = 70,
    COUNT_MAX = 600,
    LONG_PERIOD = 50,
    ROUNDS = 4000,
    HALVES_ROUNDS = 400,
    BOUNDS_PERIOD = 3
};

/// Random vectors of a random length; `copy` is for functions that write over their input.
struct vectors {
    uint32_t count;
    int32_t x[COUNT_MAX], y[COUNT_MAX], expected[COUNT_MAX], got[COUNT_MAX];
    int16_t gains[COUNT_MAX];
    uint16_t bounds[COUNT_MAX];
    struct ternel_gain gain;
    int32_t spread[COUNT_MAX];
};

static void fill(struct vectors *v, uint64_t *random) {
    const uint32_t small = testing_below(random, 25);
    const uint32_t small_gain = testing_below(random, 16);
    // Last bits that are 0 make products that are just between two results.
    const int32_t coarse_x = -(1 << testing_below(random, 12));
    const int32_t coarse_y = -(1 << testing_below(random, 24));
    v->count = 1 + testing_below(random, testing_below(random, LONG_PERIOD) == 0 ? COUNT_MAX : SHORT_MAX);
    for (uint32_t i = 0; i < v->count; i++) {
        v->x[i] = testing_element(random) >> small & coarse_x;
        v->y[i] = testing_element(random) & coarse_y;
        v->gains[i] = (int16_t)((int16_t)(testing_random(random) >> 13) >> small_gain);
        v->bounds[i] = (uint16_t)(testing_random(random) >> 17);
    }
    // The largest elements and gains there are, now and then in the last whole vector or behind it.
    if (testing_below(random, 4) == 0) {
        const uint32_t at = testing_below(random, v->count);
        v->x[at] = testing_below(random, 2) == 0 ? TERNEL_ELEMENT_MIN : TERNEL_ELEMENT_MAX;
        v->y[at] = testing_below(random, 2) == 0 ? TERNEL_ELEMENT_MIN : TERNEL_ELEMENT_MAX;
        v->gains[at] = testing_below(random, 2) == 0 ? INT16_MIN : INT16_MAX;
    }
    v->gain = (struct ternel_gain){
        .values = v->gains,
        .count = v->count,
        .fraction = testing_below(random, 21),
        .epsilon =
            testing_below(random, 4) == 0 ? 0 : testing_random(random) >> (2 + testing_below(random, 62)),
    };
}

static struct ternel_kernel_gain kernel_gain(const struct ternel_vector_work *work, struct vectors *v) {
    if (work->spread_gain == NULL) {
        return (struct ternel_kernel_gain){.source = &v->gain, .values = v->gains};
    }
    work->spread_gain(&v->gain, v->spread);
    return (struct ternel_kernel_gain){.source = &v->gain, .values = v->spread};
}

static bool equal(const struct vectors *v) {
    return memcmp(v->got, v->expected, v->count * sizeof v->got[0]) == 0;
}

/// Squares of integers, where a root changes, and what lies just beside them, at every scale; and any number.
static void check_root(const struct ternel_vector_work *work, uint64_t *random) {
    const uint64_t root = 1 + (testing_random(random) >> (32 + testing_below(random, 32)));
    const uint64_t values[] = {root * root, root * root - 1, root * root + 1, UINT64_MAX,
                               1 + (testing_random(random) >> testing_below(random, 64)) / 2};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const uint64_t value = values[i] == 0 ? 1 : values[i];
        const struct ternel_scale expected = ternel_reciprocal_sqrt(value);
        const struct ternel_scale got = work->reciprocal_sqrt(value);
        EXPECT(got.mantissa == expected.mantissa && got.exponent == expected.exponent);
    }
}

static void check_norm(const struct ternel_vector_work *work, struct vectors *v, uint64_t *random) {
    const uint32_t fraction = testing_below(random, 21);
    const uint64_t squares = ternel_sum_of_squares(v->x, v->count);
    const struct ternel_kernel_gain by = kernel_gain(work, v);
    EXPECT(work->sum_of_squares(v->x, v->count) == squares);
    ternel_rmsnorm(v->x, squares, &v->gain, fraction, v->expected);
    work->rmsnorm(v->x, squares, &by, fraction, v->got);
    EXPECT(equal(v));
}

static int32_t sum_of(const int8_t *activation, uint32_t count) {
    int32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += activation[i];
    }
    return sum;
}

static void check_quantise(const struct ternel_vector_work *work, struct vectors *v) {
    const struct ternel_matrix matrix = {.mantissa = 40000, .exponent = 3};
    const uint64_t squares = ternel_sum_of_squares(v->x, v->count);
    const uint64_t largest = ternel_largest_product(v->x, &v->gain);
    const struct ternel_kernel_gain by = kernel_gain(work, v);
    const uint64_t about = work->largest_product(v->x, &by);
    EXPECT((largest == 0) == (about == 0));
    if (largest == 0 || squares + v->gain.epsilon == 0) {
        return;
    }
    const struct ternel_quantiser q = ternel_quantiser_of(&matrix, &v->gain, squares, largest, 10);
    const struct ternel_quantiser p =
        quantiser_of(&matrix, &v->gain, work->reciprocal_sqrt(squares + v->gain.epsilon), about, 10);
    EXPECT(q.factor == p.factor && q.k == p.k && q.mantissa == p.mantissa && q.shift == p.shift);
    int8_t expected[COUNT_MAX];
    int8_t got[COUNT_MAX + 1];
    got[v->count] = 77;
    ternel_quantise(v->x, &v->gain, q.factor, q.k, expected);
    EXPECT(work->quantise(v->x, &by, q.factor, q.k, got) == sum_of(expected, v->count));
    EXPECT(memcmp(got, expected, v->count) == 0 && got[v->count] == 77);
}

/// Inputs whose activations are on one side of a half or the other by as little as can be, or just a half.
static void check_halves(const struct ternel_vector_work *work, struct vectors *v, uint64_t *random) {
    const int32_t factor = 32512 + (int32_t)testing_below(random, 65025 - 32512);
    const int32_t k = (int32_t)testing_below(random, 38) - 15;
    const uint32_t period = 1 + testing_below(random, 200); // few of them: other blocks than theirs go on
    const double one = (double)(UINT64_C(1) << (24 + k));
    v->count = COUNT_MAX - testing_below(random, 200);
    v->gain.count = v->count;
    for (uint32_t i = 0; i < v->count; i++) {
        const int32_t scaled = v->gains[i] * factor;
        const double half = (double)testing_below(random, 254) - 126.5;
        const double away = testing_below(random, period) == 0 ? 0 : 0.4;
        const double x = scaled == 0 ? 0 : (half + away) * one / scaled;
        // Beyond these an activation may be none.
        v->x[i] = x > -8388000 && x < 8388000 ? (int32_t)x + (int32_t)testing_below(random, 4) - 1 : 0;
        const double near = v->x[i] * (double)scaled / one;
        v->x[i] = near < -127 || near > 127 ? 0 : v->x[i];
    }
    const struct ternel_kernel_gain by = kernel_gain(work, v);
    int8_t expected[COUNT_MAX];
    int8_t got[COUNT_MAX];
    ternel_quantise(v->x, &v->gain, factor, k, expected);
    EXPECT(work->quantise(v->x, &by, factor, k, got) == sum_of(expected, v->count));
    EXPECT(memcmp(got, expected, v->count) == 0);
}

static void check_gates(const struct ternel_vector_work *work, struct vectors *v, uint64_t *random) {
    const uint32_t fraction = testing_below(random, 21);
    const uint32_t shift = testing_below(random, 41);
    const size_t bytes = v->count * sizeof v->x[0];
    const uint16_t *bounds = testing_below(random, BOUNDS_PERIOD) == 0 ? NULL : v->bounds;
    int32_t forget[COUNT_MAX];

    memcpy(v->expected, v->x, bytes);
    memcpy(v->got, v->x, bytes);
    ternel_forget_gate(v->expected, v->count, fraction, bounds);
    work->forget_gate(v->got, v->count, fraction, bounds);
    EXPECT(equal(v));

    memcpy(forget, v->expected, bytes);
    memcpy(v->expected, v->y, bytes);
    memcpy(v->got, v->x, bytes);
    ternel_update_state(v->expected, forget, v->x, v->count, fraction);
    work->update_state(v->got, forget, v->y, v->count, fraction);
    EXPECT(equal(v));

    ternel_gate_output(v->expected, v->y, v->x, v->count, fraction, shift);
    work->gate_output(v->got, v->y, v->x, v->count, fraction, shift);
    EXPECT(equal(v));

    memcpy(v->expected, v->x, bytes);
    memcpy(v->got, v->x, bytes);
    ternel_gate_linear_unit(v->expected, v->y, v->count, fraction, shift);
    work->gate_linear_unit(v->got, v->y, v->count, fraction, shift);
    EXPECT(equal(v));

    memcpy(v->expected, v->x, bytes);
    memcpy(v->got, v->x, bytes);
    ternel_add_residual(v->expected, v->y, v->count);
    work->add_residual(v->got, v->y, v->count);
    EXPECT(equal(v));
}

static void check_rescale(const struct ternel_vector_work *work, struct vectors *v, uint64_t *random) {
    const uint16_t mantissa =
        testing_below(random, 8) == 0 ? 0 : (uint16_t)(32768 + testing_below(random, 32768));
    const uint32_t shift = testing_below(random, 64);
    const int32_t most = 127 * 32768;
    for (uint32_t i = 0; i < v->count; i++) {
        v->got[i] = v->y[i] > most ? most : v->y[i] < -most ? -most : v->y[i];
        v->expected[i] = testing_saturate(testing_round((testing_wide)v->got[i] * mantissa, (int)shift));
    }
    work->rescale(v->got, v->count, mantissa, (uint8_t)shift);
    EXPECT(equal(v));
}

/// The largest elements there are, in vectors longer than what a kernel sums at once.
static void check_extreme_squares(const struct ternel_vector_work *work) {
    enum { MOST = 32768 };
    static int32_t input[MOST];
    for (uint32_t i = 0; i < MOST; i++) {
        input[i] = i % 3 == 0 ? TERNEL_ELEMENT_MAX : TERNEL_ELEMENT_MIN;
    }
    for (uint32_t count = MOST; count > 0; count = count / 2 + count / 128) {
        EXPECT(work->sum_of_squares(input, count) == ternel_sum_of_squares(input, count));
        EXPECT(work->sum_of_squares(input + 1, count - 1) == ternel_sum_of_squares(input + 1, count - 1));
    }
}

/// The sigmoid of everything between its ends and a little beyond them, in every fraction; behind fraction 12
/// also what is just rounded up or down.
static void check_sigmoid(const struct ternel_vector_work *work) {
    enum { LIMIT = 66000, AT_ONCE = 600 };
    static int32_t expected[AT_ONCE], got[AT_ONCE];
    for (uint32_t fraction = 0; fraction <= 20; fraction++) {
        for (int32_t index = -LIMIT; index < LIMIT; index += AT_ONCE) {
            for (int32_t i = 0; i < AT_ONCE; i++) {
                const uint32_t finer = fraction > 12 ? fraction - 12 : 0;
                const int32_t half = finer == 0 ? 0 : 1 << (finer - 1);
                const int32_t z = (index + i) * (1 << finer) - half - (fraction > 12 && i % 2 == 0);
                expected[i] = z < TERNEL_ELEMENT_MIN   ? TERNEL_ELEMENT_MIN
                              : z > TERNEL_ELEMENT_MAX ? TERNEL_ELEMENT_MAX
                                                       : z;
            }
            memcpy(got, expected, sizeof got);
            ternel_forget_gate(expected, AT_ONCE, fraction, NULL);
            work->forget_gate(got, AT_ONCE, fraction, NULL);
            EXPECT(memcmp(got, expected, sizeof got) == 0);
        }
    }
}

void test_vectors(void) {
    uint64_t random = 12;
    static struct vectors v;
    FOR_EACH_KERNEL(kernel) {
        check_sigmoid(kernel->vector);
        check_extreme_squares(kernel->vector);
    }
    for (int round = 0; round < ROUNDS; round++) {
        fill(&v, &random);
        const uint64_t seed = random;
        FOR_EACH_KERNEL(kernel) {
            random = seed;
            check_root(kernel->vector, &random);
            check_norm(kernel->vector, &v, &random);
            check_quantise(kernel->vector, &v);
            check_gates(kernel->vector, &v, &random);
            check_rescale(kernel->vector, &v, &random);
        }
    }
    for (int round = 0; round < HALVES_ROUNDS; round++) {
        fill(&v, &random);
        const uint64_t seed = random;
        FOR_EACH_KERNEL(kernel) {
            random = seed;
            check_halves(kernel->vector, &v, &random);
        }
    }
}

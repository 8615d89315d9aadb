#include "sampler.h"

#include <math.h>
#include <stdlib.h>

#include "testing.h"

enum { COUNT = 300 };

/// docs/numerics.md, section 6, word for word: a full sort, 128 bits, its own table.
struct weighted {
    testing_wide weight;
    uint32_t id;
};

static int by_weight(const void *left, const void *right) {
    const struct weighted *a = left;
    const struct weighted *b = right;
    if (a->weight != b->weight) {
        return a->weight > b->weight ? -1 : 1;
    }
    return a->id < b->id ? -1 : 1;
}

static uint64_t power(unsigned j) {
    return (uint64_t)llround(ldexp(1, 30) * pow(2, -(double)j / 256));
}

static uint32_t reference(const int32_t *logits, uint32_t count, int fraction, uint32_t temperature,
                          uint32_t top_p, uint32_t random32) {
    static struct weighted order[COUNT];
    int32_t largest = logits[0];
    for (uint32_t i = 0; i < count; i++) {
        largest = logits[i] > largest ? logits[i] : largest;
    }
    testing_wide total = 0;
    for (uint32_t i = 0; i < count; i++) {
        testing_wide z = ((testing_wide)(largest - logits[i]) * (94548463 / temperature)) >> fraction;
        testing_wide whole = z >> 16;
        unsigned part = (unsigned)(z & 65535);
        testing_wide weight = 0;
        if (whole < 31) {
            testing_wide x = power(part >> 8);
            testing_wide next = power((part >> 8) + 1);
            weight = (x - (((x - next) * (part & 255) + 128) >> 8)) >> whole;
        }
        order[i] = (struct weighted){weight, i};
        total += weight;
    }
    qsort(order, count, sizeof order[0], by_weight);
    testing_wide kept = order[0].weight;
    for (uint32_t i = 1; kept < total * top_p / 1000; i++) {
        kept += order[i].weight;
    }
    testing_wide pick = (kept * random32) >> 32;
    testing_wide running = 0;
    for (uint32_t i = 0;; i++) {
        running += order[i].weight;
        if (running > pick) {
            return order[i].id;
        }
    }
}

/// The upper half of the next output, from the published algorithm with its own state.
static uint64_t splitmix(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void test_choices(uint64_t *random) {
    int32_t logits[COUNT];
    struct ternel_candidate scratch[COUNT];
    for (int round = 0; round < 3000; round++) {
        uint32_t count = 1 + testing_below(random, COUNT);
        uint32_t fraction = testing_below(random, 21);
        uint32_t temperature = 1 + testing_below(random, TERNEL_TEMPERATURE_MAX);
        uint32_t top_p = 1 + testing_below(random, TERNEL_TOP_P_MAX);
        uint32_t narrow = testing_below(random, 24);
        uint64_t seed = testing_random(random);
        for (uint32_t i = 0; i < count; i++) {
            logits[i] = testing_element(random) >> narrow;
        }
        struct ternel_sampler sampler;
        EXPECT(ternel_sampler_start(&sampler, temperature, top_p, seed) == TERNEL_OK);
        uint64_t state = seed;
        for (int i = 0; i < 3; i++) {
            uint32_t random32 = (uint32_t)(splitmix(&state) >> 32);
            EXPECT(ternel_sampler_choose(&sampler, logits, count, fraction, scratch) ==
                   reference(logits, count, (int)fraction, temperature, top_p, random32));
        }
    }
}

/// By logit, as the accelerator's list is.
static int by_logit(const void *left, const void *right) {
    const struct ternel_candidate *a = left;
    const struct ternel_candidate *b = right;
    const int32_t difference[] = {(int32_t)a->weight, (int32_t)b->weight};
    if (difference[0] != difference[1]) {
        return difference[0] > difference[1] ? -1 : 1;
    }
    return a->id < b->id ? -1 : 1;
}

/// From a list of the largest logits, alone or with the total of all: the same choice or none, and the random
/// numbers go on only with a choice.
static void test_top(uint64_t *random) {
    int32_t logits[COUNT];
    struct ternel_candidate order[COUNT];
    uint32_t drawn[3] = {0};
    for (int round = 0; round < 20000; round++) {
        uint32_t count = 1 + testing_below(random, COUNT);
        uint32_t listed = 1 + testing_below(random, count < 64 ? count : 64);
        uint32_t fraction = testing_below(random, 21);
        uint32_t temperature = 1 + testing_below(random, TERNEL_TEMPERATURE_MAX);
        uint32_t top_p = 1 + testing_below(random, TERNEL_TOP_P_MAX);
        uint32_t narrow = testing_below(random, 24);
        uint64_t seed = testing_random(random);
        for (uint32_t i = 0; i < count; i++) {
            logits[i] = testing_element(random) >> narrow;
            order[i] = (struct ternel_candidate){(uint32_t)logits[i], i};
        }
        qsort(order, count, sizeof order[0], by_logit);
        uint64_t state = seed;
        const uint32_t random32 = (uint32_t)(splitmix(&state) >> 32);
        const uint32_t expected = reference(logits, count, (int)fraction, temperature, top_p, random32);
        struct ternel_sampler sampler;
        EXPECT(ternel_sampler_start(&sampler, temperature, top_p, seed) == TERNEL_OK);
        struct ternel_top top = ternel_sampler_weigh_top(&sampler, order, listed, count, fraction);
        uint32_t token = 0;
        uint32_t attempt = 0;
        bool chosen = ternel_sampler_choose_top(&sampler, &top, &token);
        if (!chosen) {
            EXPECT(sampler.state == seed);
            const struct ternel_top bounds = top;
            ternel_sampler_weigh_all(&sampler, &top, logits, count, fraction);
            EXPECT(top.least == top.most && bounds.least <= top.least && top.most <= bounds.most);
            chosen = ternel_sampler_choose_top(&sampler, &top, &token);
            attempt = chosen ? 1 : 2;
        }
        EXPECT(!chosen || token == expected);
        EXPECT(sampler.state == (chosen ? state : seed));
        EXPECT(chosen || listed < count);
        drawn[attempt]++;
    }
    EXPECT(drawn[0] > 2000 && drawn[1] > 200 && drawn[2] > 200);
}

/// Four equal weights: half of the total is exactly two of them, and a pick of exactly one weight belongs to
/// the second.
static void test_borders(void) {
    const int32_t logits[] = {3, 3, 3, 3};
    struct ternel_candidate scratch[4];
    const struct {
        uint64_t seed;
        uint32_t token;
    } cases[] = {
        {UINT64_C(0x851e329cc0854b8b), 1}, // the seed whose first random32 is 2^31
        {UINT64_C(0xed8bdf0587ebfdec), 0}, // and the one for 2^31 - 1
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ternel_sampler sampler;
        EXPECT(ternel_sampler_start(&sampler, 1000, 500, cases[i].seed) == TERNEL_OK);
        EXPECT(ternel_sampler_choose(&sampler, logits, 4, 10, scratch) == cases[i].token);
        for (int j = 0; j < 200; j++) {
            EXPECT(ternel_sampler_choose(&sampler, logits, 4, 10, scratch) < 2);
        }
    }
}

static void test_greedy(void) {
    const int32_t logits[] = {-5, 7, 3, 7, -8388608};
    struct ternel_sampler sampler;
    EXPECT(ternel_sampler_start(&sampler, 0, 1000, 9) == TERNEL_OK);
    EXPECT(ternel_sampler_choose(&sampler, logits, 5, 10, NULL) == 1);
    EXPECT(ternel_sampler_greedy(logits + 4, 1) == 0);
}

static void test_settings(void) {
    struct ternel_sampler sampler;
    EXPECT(ternel_sampler_start(&sampler, 10000, 1000, 0) == TERNEL_OK);
    EXPECT(ternel_sampler_start(&sampler, 10001, 1000, 0) == TERNEL_ERROR_CONSOLE_VALUE);
    EXPECT(ternel_sampler_start(&sampler, 1, 0, 0) == TERNEL_ERROR_CONSOLE_VALUE);
    EXPECT(ternel_sampler_start(&sampler, 1, 1001, 0) == TERNEL_ERROR_CONSOLE_VALUE);
}

void test_sampler(void) {
    uint64_t random = 6;
    uint64_t state =
        1234567; // the first outputs for this seed, as published with the algorithm's reference code
    EXPECT(splitmix(&state) == UINT64_C(6457827717110365317) &&
           splitmix(&state) == UINT64_C(3203168211198807973));
    test_choices(&random);
    test_top(&random);
    test_borders();
    test_greedy();
    test_settings();
}

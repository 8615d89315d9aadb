#include "testing.h"

#include <stdlib.h>
#include <string.h>

unsigned testing_failures = 0;

void testing_fail(const char *file, int line, const char *condition) {
    testing_failures++;
    if (testing_failures <= 20) {
        fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    }
}

int32_t testing_element(uint64_t *state) {
    static const int32_t extremes[] = {0, 1, -1, (1 << 23) - 1, -(1 << 23), -(1 << 23) + 1};
    uint32_t kind = testing_below(state, 16);
    if (kind == 0) {
        return extremes[testing_below(state, sizeof extremes / sizeof extremes[0])];
    }
    int32_t value = (int32_t)testing_below(state, 1U << 24) - (1 << 23);
    return value >> testing_below(state, 23);
}

testing_wide testing_round(testing_wide value, int shift) {
    if (shift <= 0) {
        return value * ((testing_wide)1 << -shift);
    }
    testing_wide divisor = (testing_wide)1 << shift;
    testing_wide sum = value + divisor / 2;
    testing_wide quotient = sum / divisor; // rounds towards zero
    return sum % divisor < 0 ? quotient - 1 : quotient;
}

int32_t testing_saturate(testing_wide value) {
    if (value > 8388607) {
        return 8388607;
    }
    return value < -8388608 ? -8388608 : (int32_t)value;
}

int testing_run(const struct testing_test *tests, size_t count, const char *wanted) {
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (wanted != NULL && strcmp(wanted, "--list") == 0) {
            printf("%s\n", tests[i].name);
            found = true;
        } else if (wanted == NULL || strcmp(wanted, tests[i].name) == 0) {
            tests[i].run();
            found = true;
        }
    }
    if (!found) {
        fprintf(stderr, "no test %s\n", wanted);
        return 2;
    }
    return testing_failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

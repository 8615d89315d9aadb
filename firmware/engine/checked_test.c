#include "checked.h"

#include "testing.h"

static bool same(struct ternel_size size, testing_wide exact) {
    bool fits = exact <= UINT32_MAX;
    return size.valid == fits && (!fits || size.value == exact);
}

void test_checked(void) {
    uint64_t random = 8;
    for (int i = 0; i < 100000; i++) {
        uint32_t a = (uint32_t)(testing_random(&random) >> 32) >> testing_below(&random, 32);
        uint32_t b = (uint32_t)(testing_random(&random) >> 32) >> testing_below(&random, 32);
        uint32_t divisor = b == 0 ? 1 : b;
        struct ternel_size x = ternel_size_of(a);
        struct ternel_size y = ternel_size_of(b);
        testing_wide quotient = ((testing_wide)a + divisor - 1) / divisor;
        EXPECT(same(ternel_size_add(x, y), (testing_wide)a + b));
        EXPECT(same(ternel_size_multiply(x, y), (testing_wide)a * b));
        EXPECT(same(ternel_size_divide_up(x, divisor), quotient));
        EXPECT(same(ternel_size_align(x, divisor), quotient * divisor));
    }
    // Once too large, always too large.
    struct ternel_size large = ternel_size_multiply(ternel_size_of(UINT32_MAX), ternel_size_of(2));
    EXPECT(!large.valid && !ternel_size_add(large, ternel_size_of(0)).valid);
    EXPECT(!ternel_size_multiply(large, ternel_size_of(0)).valid && !ternel_size_divide_up(large, 64).valid);
    EXPECT(!ternel_size_align(ternel_size_of(UINT32_MAX), 64).valid);
}

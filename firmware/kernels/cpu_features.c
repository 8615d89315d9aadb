#include "cpu_features.h"

#if defined(__x86_64__)

#include <stdbool.h>

struct registers {
    uint32_t a, b, c, d;
};

static struct registers cpuid(uint32_t leaf, uint32_t subleaf) {
    struct registers r;
    __asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
    return r;
}

/// XCR0: which registers are saved when a task is switched, and may be used.
static uint32_t enabled_states(void) {
    uint32_t low;
    uint32_t high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static bool has(uint32_t value, uint32_t bits) {
    return (value & bits) == bits;
}

// Intel SDM volume 2, CPUID; volume 1, 13.3 (XCR0).
enum {
    LEAF1_C_SSSE3 = 1 << 9,
    LEAF1_C_SSE41 = 1 << 19,
    LEAF1_C_OSXSAVE = 1 << 27,
    LEAF7_B_AVX2 = 1 << 5,
    LEAF7_B_AVX512F = 1 << 16,
    LEAF7_B_AVX512DQ = 1 << 17,
    LEAF7_B_AVX512BW = 1 << 30,
    LEAF7_C_AVX512VNNI = 1 << 11,
    STATES_AVX = 0x6,
    STATES_AVX512 = 0xe6,
};
static const uint32_t leaf7_b_avx512 =
    LEAF7_B_AVX512F | LEAF7_B_AVX512DQ | LEAF7_B_AVX512BW | UINT32_C(1) << 31; // bit 31: VL

uint32_t ternel_cpu_features(void) {
    const uint32_t leaves = cpuid(0, 0).a;
    const struct registers leaf1 = cpuid(1, 0);
    uint32_t features = 0;
    if (!has(leaf1.c, LEAF1_C_SSSE3 | LEAF1_C_SSE41)) {
        return 0;
    }
    features |= TERNEL_CPU_SSE41;
    if (leaves < 7 || !has(leaf1.c, LEAF1_C_OSXSAVE)) {
        return features;
    }
    const struct registers leaf7 = cpuid(7, 0);
    const uint32_t states = enabled_states();
    if (!has(states, STATES_AVX) || !has(leaf7.b, LEAF7_B_AVX2)) {
        return features;
    }
    features |= TERNEL_CPU_AVX2;
    if (!has(states, STATES_AVX512) || !has(leaf7.b, leaf7_b_avx512)) {
        return features;
    }
    features |= TERNEL_CPU_AVX512;
    return has(leaf7.c, LEAF7_C_AVX512VNNI) ? features | TERNEL_CPU_AVX512_VNNI : features;
}

#else

uint32_t ternel_cpu_features(void) {
    return 0;
}

#endif

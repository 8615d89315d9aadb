#include "cpu_features.h"

#include <stdbool.h>

// Intel SDM volume 2, CPUID; volume 1, 13.2 and 13.3 (XCR0).
enum {
    LEAF1_C_SSSE3 = 1 << 9,
    LEAF1_C_SSE41 = 1 << 19,
    LEAF1_C_XSAVE = 1 << 26,
    LEAF1_C_OSXSAVE = 1 << 27,
    LEAF7_B_AVX2 = 1 << 5,
    LEAF7_B_AVX512F = 1 << 16,
    LEAF7_B_AVX512DQ = 1 << 17,
    LEAF7_B_AVX512BW = 1 << 30,
    LEAF7_C_AVX512VNNI = 1 << 11,
    STATE_X87 = 0x1, // always set
    STATES_AVX = 0x6,
    STATES_AVX512 = 0xe0, // opmask, upper halves of ZMM0-15, ZMM16-31
};
static const uint32_t leaf7_b_avx512 =
    LEAF7_B_AVX512F | LEAF7_B_AVX512DQ | LEAF7_B_AVX512BW | UINT32_C(1) << 31; // bit 31: VL

static bool has(uint32_t value, uint32_t bits) {
    return (value & bits) == bits;
}

#if defined(__x86_64__)

struct registers {
    uint32_t a, b, c, d;
};

static struct registers ask(uint32_t leaf, uint32_t subleaf) {
    struct registers r;
    __asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
    return r;
}

struct ternel_cpuid ternel_cpuid_read(void) {
    const uint32_t leaves = ask(0, 0).a;
    struct ternel_cpuid cpuid = {.leaf1_c = ask(1, 0).c};
    if (leaves >= 7) {
        const struct registers leaf7 = ask(7, 0);
        cpuid.leaf7_b = leaf7.b;
        cpuid.leaf7_c = leaf7.c;
    }
    if (leaves >= 13 && has(cpuid.leaf1_c, LEAF1_C_XSAVE)) {
        cpuid.leaf13_a = ask(13, 0).a;
    }
    if (has(cpuid.leaf1_c, LEAF1_C_OSXSAVE)) {
        uint32_t high;
        __asm__ volatile("xgetbv" : "=a"(cpuid.xcr0), "=d"(high) : "c"(0));
    }
    return cpuid;
}

#else

struct ternel_cpuid ternel_cpuid_read(void) {
    return (struct ternel_cpuid){.leaf1_c = 0};
}

#endif

uint32_t ternel_cpu_features_of(const struct ternel_cpuid *cpuid) {
    uint32_t features = 0;
    if (!has(cpuid->leaf1_c, LEAF1_C_SSSE3 | LEAF1_C_SSE41)) {
        return 0;
    }
    features |= TERNEL_CPU_SSE41;
    if (!has(cpuid->leaf1_c, LEAF1_C_OSXSAVE) || !has(cpuid->xcr0, STATES_AVX) ||
        !has(cpuid->leaf7_b, LEAF7_B_AVX2)) {
        return features;
    }
    features |= TERNEL_CPU_AVX2;
    if (!has(cpuid->xcr0, STATES_AVX512) || !has(cpuid->leaf7_b, leaf7_b_avx512)) {
        return features;
    }
    features |= TERNEL_CPU_AVX512;
    return has(cpuid->leaf7_c, LEAF7_C_AVX512VNNI) ? features | TERNEL_CPU_AVX512_VNNI : features;
}

uint32_t ternel_cpu_states_of(const struct ternel_cpuid *cpuid) {
    if (!has(cpuid->leaf1_c, LEAF1_C_XSAVE)) {
        return 0;
    }
    uint32_t states = STATE_X87;
    if (has(cpuid->leaf13_a, STATES_AVX)) {
        states |= STATES_AVX;
        // Setting some of these three, or any without AVX's, is a general protection fault.
        states |= has(cpuid->leaf13_a, STATES_AVX512) ? STATES_AVX512 : 0;
    }
    return states;
}

uint32_t ternel_cpu_features(void) {
    const struct ternel_cpuid cpuid = ternel_cpuid_read();
    return ternel_cpu_features_of(&cpuid);
}

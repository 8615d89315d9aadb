// Processors as their makers' manuals describe them: what each may be asked to do, what XCR0 has to be where
// no operating system has set it, and which kernel it then gets.
#include "cpu_features.h"

#include <string.h>

#include "kernels_testing.h"

enum {
    // Leaf 1, ECX.
    SSSE3 = 1 << 9,
    SSE41 = 1 << 19,
    XSAVE = 1 << 26,
    OSXSAVE = 1 << 27,
    // Leaf 7, EBX and ECX.
    AVX2 = 1 << 5,
    VNNI = 1 << 11,
    // XCR0.
    X87 = 1,
    AVX_STATES = 6,
    ZMM_STATES = 0xe0,
    PKRU_STATE = 0x200,
};
static const uint32_t f_dq_bw_vl = UINT32_C(0xc0030000);
static const uint32_t f_cd_only = UINT32_C(0x10010000); // Xeon Phi: no BW, DQ and VL

struct processor {
    const char *what;
    struct ternel_cpuid cpuid; ///< before anybody sets XCR0
    uint32_t states;           ///< what it is to be
    const char *kernel;        ///< the best, with that
};

static const struct processor processors[] = {
    {"no SSSE3", {.leaf1_c = SSE41}, 0, "plain"},
    {"Nehalem: no XSAVE", {.leaf1_c = SSSE3 | SSE41}, 0, "sse41"},
    {"XSAVE, but nothing to save",
     {.leaf1_c = SSSE3 | SSE41 | XSAVE, .leaf7_b = AVX2, .leaf13_a = X87 | 2},
     X87,
     "sse41"},
    {"Sandy Bridge: AVX, no AVX2",
     {.leaf1_c = SSSE3 | SSE41 | XSAVE, .leaf13_a = X87 | AVX_STATES},
     X87 | AVX_STATES,
     "sse41"},
    {"Haswell",
     {.leaf1_c = SSSE3 | SSE41 | XSAVE, .leaf7_b = AVX2, .leaf13_a = X87 | AVX_STATES},
     X87 | AVX_STATES,
     "avx2"},
    {"Xeon Phi: another AVX-512",
     {.leaf1_c = SSSE3 | SSE41 | XSAVE,
      .leaf7_b = AVX2 | f_cd_only,
      .leaf13_a = X87 | AVX_STATES | ZMM_STATES},
     X87 | AVX_STATES | ZMM_STATES,
     "avx2"},
    {"Skylake-SP",
     {.leaf1_c = SSSE3 | SSE41 | XSAVE,
      .leaf7_b = AVX2 | f_dq_bw_vl,
      .leaf13_a = X87 | AVX_STATES | ZMM_STATES | PKRU_STATE},
     X87 | AVX_STATES | ZMM_STATES,
     "avx512"},
    {"Cascade Lake",
     {.leaf1_c = SSSE3 | SSE41 | XSAVE,
      .leaf7_b = AVX2 | f_dq_bw_vl,
      .leaf7_c = VNNI,
      .leaf13_a = X87 | AVX_STATES | ZMM_STATES | PKRU_STATE},
     X87 | AVX_STATES | ZMM_STATES,
     "avx512-vnni"},
    {"a hypervisor that hides the opmask registers",
     {.leaf1_c = SSSE3 | SSE41 | XSAVE,
      .leaf7_b = AVX2 | f_dq_bw_vl,
      .leaf7_c = VNNI,
      .leaf13_a = X87 | AVX_STATES | 0xc0},
     X87 | AVX_STATES,
     "avx2"},
    {"a hypervisor that hides AVX's upper halves",
     {.leaf1_c = SSSE3 | SSE41 | XSAVE, .leaf7_b = AVX2 | f_dq_bw_vl, .leaf13_a = X87 | 2 | ZMM_STATES},
     X87,
     "sse41"},
};

/// What the core says once CR4.OSXSAVE is set and XCR0 is `states`.
static struct ternel_cpuid enabled(struct ternel_cpuid cpuid, uint32_t states) {
    cpuid.leaf1_c |= states == 0 ? 0 : (uint32_t)OSXSAVE;
    cpuid.xcr0 = states;
    return cpuid;
}

void test_cpu_features(void) {
    for (size_t i = 0; i < sizeof processors / sizeof processors[0]; i++) {
        const struct processor *processor = &processors[i];
        EXPECT(ternel_cpu_states_of(&processor->cpuid) == processor->states);
        const struct ternel_cpuid on = enabled(processor->cpuid, processor->states);
        EXPECT(strcmp(ternel_kernel_best(ternel_cpu_features_of(&on))->name, processor->kernel) == 0);
        // As the firmware leaves it, nothing beyond SSE may be touched, whatever the processor has.
        EXPECT((ternel_cpu_features_of(&processor->cpuid) & ~(uint32_t)TERNEL_CPU_SSE41) == 0);
        // An operating system may have set less than there is.
        const struct ternel_cpuid less = enabled(processor->cpuid, processor->states & (X87 | AVX_STATES));
        EXPECT((ternel_cpu_features_of(&less) & (TERNEL_CPU_AVX512 | TERNEL_CPU_AVX512_VNNI)) == 0);
    }
    // This machine's own answers agree with each other.
    const struct ternel_cpuid here = ternel_cpuid_read();
    EXPECT((here.xcr0 & ~here.leaf13_a) == 0);
    EXPECT(ternel_cpu_features() == ternel_cpu_features_of(&here));
}

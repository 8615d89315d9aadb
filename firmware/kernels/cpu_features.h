// What the processor can do and the operating system (or the firmware) allows.
#pragma once

#include <stdint.h>

enum {
    TERNEL_CPU_SSE41 = 1,       ///< SSSE3 and SSE4.1
    TERNEL_CPU_AVX2 = 2,        ///< AVX2, with the registers' upper halves enabled
    TERNEL_CPU_AVX512 = 4,      ///< AVX-512 F, BW, DQ and VL, enabled
    TERNEL_CPU_AVX512_VNNI = 8, ///< and VNNI
};

/// What a core says of itself: the words of CPUID that matter here, and XCR0. Words of leaves that it does
/// not have are 0.
struct ternel_cpuid {
    uint32_t leaf1_c;
    uint32_t leaf7_b;
    uint32_t leaf7_c;
    uint32_t leaf13_a; ///< the register states that XSAVE knows here, as bits of XCR0
    uint32_t xcr0;     ///< those that may be used; 0 where CR4.OSXSAVE is not set
};

/// Asks the core that this runs on; all 0 on a machine that is no x86-64.
struct ternel_cpuid ternel_cpuid_read(void);

/// The features, TERNEL_CPU_..., of such a core.
uint32_t ternel_cpu_features_of(const struct ternel_cpuid *cpuid);

/// Without an operating system: what XCR0 is to be so that every vector register of the core may be used. 0:
/// it has no XCR0, CR4.OSXSAVE must stay clear.
uint32_t ternel_cpu_states_of(const struct ternel_cpuid *cpuid);

/// The features of the core that asks; 0 on a machine that is no x86-64.
uint32_t ternel_cpu_features(void);

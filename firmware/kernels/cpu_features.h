// What the processor can do and the operating system (or the firmware) allows.
#pragma once

#include <stdint.h>

enum {
    TERNEL_CPU_SSE41 = 1,       ///< SSSE3 and SSE4.1
    TERNEL_CPU_AVX2 = 2,        ///< AVX2, with the registers' upper halves enabled
    TERNEL_CPU_AVX512 = 4,      ///< AVX-512 F, BW, DQ and VL, enabled
    TERNEL_CPU_AVX512_VNNI = 8, ///< and VNNI
};

/// The features of the core that asks, as CPUID and XGETBV tell them; 0 on a machine that is no x86-64.
uint32_t ternel_cpu_features(void);

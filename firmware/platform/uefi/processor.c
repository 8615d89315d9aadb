#include "processor.h"

// Intel SDM volume 1, 13.2 and 13.3; volume 3, 2.5.
enum {
    LEAF1_C_XSAVE = 1 << 26,
    CR4_OSXSAVE = 1 << 18,
    STATES_X87 = 1, // always set
    STATES_AVX = 0x6,
    STATES_AVX512 = 0xe0,
};

static void cpuid(uint32_t leaf, uint32_t *a, uint32_t *c) {
    uint32_t b;
    uint32_t d;
    *c = 0;
    __asm__ volatile("cpuid" : "=a"(*a), "=b"(b), "+c"(*c), "=d"(d) : "a"(leaf));
}

void processor_enable_vectors(void) {
    uint32_t a;
    uint32_t c;
    cpuid(1, &a, &c);
    if ((c & LEAF1_C_XSAVE) == 0) {
        return;
    }
    uint64_t cr4;
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_OSXSAVE));
    cpuid(0xd, &a, &c); // a: the states that this core has
    uint32_t states = STATES_X87;
    if ((a & STATES_AVX) == STATES_AVX) {
        states |= STATES_AVX;
        states |= (a & STATES_AVX512) == STATES_AVX512 ? STATES_AVX512 : 0;
    }
    __asm__ volatile("xsetbv" : : "a"(states), "d"(0), "c"(0));
}

uint64_t processor_ticks(void) {
    uint32_t low;
    uint32_t high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

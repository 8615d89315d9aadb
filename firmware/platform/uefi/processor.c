#include "processor.h"

#include <string.h>

#include "cpu_features.h"

// Intel SDM volume 3, 2.5; leaf 0x40000000 is where hypervisors and emulators say their names.
enum { CR4_OSXSAVE = 1 << 18, LEAF1_C_HYPERVISOR = INT32_MIN };
static const uint32_t leaf_name = 0x40000000;

uint32_t processor_enable_vectors(void) {
    const struct ternel_cpuid cpuid = ternel_cpuid_read();
    const uint32_t states = ternel_cpu_states_of(&cpuid);
    if (states != 0) {
        uint64_t cr4;
        __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
        __asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_OSXSAVE));
        __asm__ volatile("xsetbv" : : "a"(states), "d"(0), "c"(0));
    }
    return ternel_cpu_features();
}

bool processor_is_emulated(void) {
    static const char tcg[] = "TCGTCGTCGTCG";
    const struct ternel_cpuid cpuid = ternel_cpuid_read();
    if ((cpuid.leaf1_c & (uint32_t)LEAF1_C_HYPERVISOR) == 0) {
        return false;
    }
    uint32_t a;
    uint32_t name[3];
    __asm__ volatile("cpuid" : "=a"(a), "=b"(name[0]), "=c"(name[1]), "=d"(name[2]) : "a"(leaf_name), "c"(0));
    return memcmp(name, tcg, sizeof name) == 0;
}

uint64_t processor_ticks(void) {
    uint32_t low;
    uint32_t high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

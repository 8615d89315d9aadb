#include "cache.h"

#include <generated/csr.h>
#include <generated/mem.h>
#include <generated/soc.h>
#include <system.h>

#include "mmio.h"

/// Bytes of a line of VexRiscv's data cache.
enum { DATA_LINE_BYTES = 32 };

// The data cache writes through, so the newest bytes are in L2. L2 is direct mapped and has no command to
// write back or to forget: reading another address with the same index replaces a line. The data cache must
// be empty, or reads would stop there.

void cache_write_back(void) {
    flush_cpu_dcache();
    // Twice its size: whatever a line holds, one of the two addresses is another one.
    for (uintptr_t at = 0; at < 2 * (uintptr_t)CONFIG_L2_SIZE; at += DATA_LINE_BYTES) {
        (void)mmio_read((uintptr_t)MAIN_RAM_BASE + at);
    }
    flush_cpu_dcache();
}

void cache_release(const void *bytes, size_t size) {
    const uintptr_t start = (uintptr_t)bytes & ~(uintptr_t)(DATA_LINE_BYTES - 1);
    const uintptr_t end = (uintptr_t)bytes + size;
    if (end - start >= CONFIG_L2_SIZE) {
        cache_write_back();
        return;
    }
    flush_cpu_dcache();
    // The first bytes of DRAM hold stage 1: they are none of those that the accelerator reads or writes.
    for (uintptr_t at = start; at < end; at += DATA_LINE_BYTES) {
        (void)mmio_read((uintptr_t)MAIN_RAM_BASE + (at - (uintptr_t)MAIN_RAM_BASE) % CONFIG_L2_SIZE);
    }
}

void cache_forget_data(void) {
    flush_cpu_dcache();
}

void cache_forget_instructions(void) {
    flush_cpu_icache();
}

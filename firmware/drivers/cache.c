#include "cache.h"

#include <generated/csr.h>
#include <generated/mem.h>
#include <generated/soc.h>
#include <system.h>

#include "mmio.h"

/// Bytes of a line of VexRiscv's data cache.
enum { DATA_LINE_BYTES = 32 };

void cache_write_back(void) {
    // The data cache writes through, so the newest bytes are in L2. L2 is direct mapped and has no command to
    // write back: reading twice its size replaces every line. The data cache must be empty, or reads would
    // stop there.
    flush_cpu_dcache();
    for (uintptr_t at = 0; at < 2 * (uintptr_t)CONFIG_L2_SIZE; at += DATA_LINE_BYTES) {
        (void)mmio_read((uintptr_t)MAIN_RAM_BASE + at);
    }
    flush_cpu_dcache();
}

void cache_forget_instructions(void) {
    flush_cpu_icache();
}

// The caches between the CPU and DRAM. The accelerator reads and writes DRAM behind their backs: what it
// reads must have left them, and of what it writes they must hold nothing.
#pragma once

#include <stddef.h>

/// Writes back what the L2 cache holds and empties the CPU's data cache.
void cache_write_back(void);

/// The same for one range: afterwards no cache holds any of it, and DRAM has its newest bytes.
void cache_release(const void *bytes, size_t size);

/// Makes the CPU read anew what it has read, after the flash was written.
void cache_forget_data(void);

/// Makes the CPU fetch instructions anew, after code was copied.
void cache_forget_instructions(void);

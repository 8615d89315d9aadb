// The caches between the CPU and DRAM. The accelerator reads DRAM behind their backs.
#pragma once

/// Writes back what the L2 cache holds and empties the CPU's data cache.
void cache_write_back(void);

/// Makes the CPU fetch instructions anew, after code was copied.
void cache_forget_instructions(void);

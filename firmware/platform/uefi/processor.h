// What the firmware leaves to us on each core: the registers of the vector instructions.
#pragma once

#include <stdint.h>

/// Allows AVX and AVX-512 on this core, where it has them.
void processor_enable_vectors(void);

/// The time-stamp counter.
uint64_t processor_ticks(void);

// What the firmware leaves to us on each core: the registers of the vector instructions.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Allows AVX and AVX-512 on this core, where it has them; returns its features (cpu_features.h).
uint32_t processor_enable_vectors(void);

/// Whether QEMU emulates the processor instruction by instruction (TCG).
bool processor_is_emulated(void);

/// The time-stamp counter.
uint64_t processor_ticks(void);

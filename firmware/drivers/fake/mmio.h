// Stands in for platform/riscv/mmio.h in host tests: a model of the device answers.
#pragma once

#include <stdint.h>

uint32_t mmio_read(uintptr_t address);
void mmio_write(uintptr_t address, uint32_t value);

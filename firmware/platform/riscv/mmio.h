// Access to device registers. Drivers reach hardware through these two functions alone; their host tests
// bring their own mmio.h (drivers/fake) in which a model of the device answers.
#pragma once

#include <stdint.h>

static inline uint32_t mmio_read(uintptr_t address) {
    return *(volatile const uint32_t *)address;
}

static inline void mmio_write(uintptr_t address, uint32_t value) {
    *(volatile uint32_t *)address = value;
}

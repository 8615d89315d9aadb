#include "watchdog.h"

#include <generated/csr.h>

/// Bits of LiteX's watchdog control register.
enum { CONTROL_FEED = 1 << 0, CONTROL_ENABLE = 1 << 8, CONTROL_RESET = 1 << 16 };

void watchdog_start(uint32_t cycles) {
    watchdog0_cycles_write(cycles);
    // Fed and enabled by one write: enabled alone it would find its counter at zero and fire.
    watchdog0_control_write(CONTROL_FEED | CONTROL_ENABLE | CONTROL_RESET);
}

void watchdog_feed(void) {
    watchdog0_control_write(CONTROL_FEED | CONTROL_ENABLE | CONTROL_RESET);
}

void watchdog_stop(void) {
    watchdog0_control_write(0);
}

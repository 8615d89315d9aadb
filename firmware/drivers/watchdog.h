// The watchdog restarts the machine when it was not fed for the time it was started with.
#pragma once

#include <stdint.h>

/// Starts it, or starts its time anew.
void watchdog_start(uint32_t cycles);

/// Says that the firmware is alive.
void watchdog_feed(void);

void watchdog_stop(void);

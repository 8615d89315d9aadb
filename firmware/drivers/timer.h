// Cycles since reset (VexRiscv has no mcycle; the timer's uptime counts the same clock).
#pragma once

#include <stdint.h>

uint64_t timer_cycles(void);

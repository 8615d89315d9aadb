#include "timer.h"

#include <generated/csr.h>

uint64_t timer_cycles(void) {
    timer0_uptime_latch_write(1);
    return timer0_uptime_cycles_read();
}

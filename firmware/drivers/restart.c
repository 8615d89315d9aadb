#include "restart.h"

#include <generated/csr.h>

#include "uart.h"

_Noreturn void restart(void) {
    uart_drain();
    ctrl_reset_write(1);
    for (;;) {
    }
}

#ifdef CSR_SIM_BASE
void simulation_end(uint8_t status) {
    uart_drain();
    sim_exit_write(status);
    for (;;) {
    }
}

bool simulation_preloaded(void) {
    return sim_boot_mode_read() != 0;
}

bool simulation_model_checked(void) {
    return sim_boot_mode_read() == 2;
}
#else
void simulation_end(uint8_t status) {
    (void)status;
}

bool simulation_preloaded(void) {
    return false;
}

bool simulation_model_checked(void) {
    return false;
}
#endif

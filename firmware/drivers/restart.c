#include "restart.h"

#include <generated/csr.h>

#include "uart.h"

_Noreturn void restart(void) {
    uart_drain();
    ctrl_reset_write(1);
    for (;;) {
    }
}

// A board has nothing where a simulated SoC has these registers: there they read as 0 and take writes without
// effect (hw/soc/ternel_soc.py), so that one firmware image serves both.
void simulation_end(uint8_t status) {
    uart_drain();
    sim_exit_write(status); // in simulation, the last instruction
}

/// What the harness was told (sim/options.cpp).
enum { BOOT_PRELOADED = 1, BOOT_MODEL_CHECKED = 2 };

bool simulation_trained(void) {
    return sim_boot_mode_read() != 0;
}

bool simulation_preloaded(void) {
    return sim_boot_mode_read() == BOOT_PRELOADED || simulation_model_checked();
}

bool simulation_model_checked(void) {
    return sim_boot_mode_read() == BOOT_MODEL_CHECKED;
}

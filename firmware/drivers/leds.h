// What a board's lights say (hw/soc/status_leds.py); the light for "busy" needs no program.
#pragma once

enum leds_stage {
    LEDS_GATEWARE = 0,
    LEDS_STAGE0 = 1,  ///< runs from flash, DRAM does not work yet
    LEDS_MEMORY = 2,  ///< DRAM works; copying and checking
    LEDS_CONSOLE = 3, ///< the boot light is off
};

/// How far the boot has come; the light for errors goes off.
void leds_boot(enum leds_stage stage);

/// Lights the one for errors, until leds_boot() or a reset.
void leds_error(void);

// Models of LiteX's UART and watchdog, as far as the drivers can see.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct litex_model {
    // UART
    uint32_t full_polls; ///< polls for which the transmit FIFO stays full; UINT32_MAX: for ever
    char sent[64];
    size_t sent_size;
    const char *received; ///< what waits in the receive FIFO
    // Watchdog: fires, as LiteX's does, when it is enabled while its counter is zero.
    uint32_t cycles;
    uint32_t remaining;
    bool enabled;
    bool resets; ///< on expiry
    bool fired;
};

extern struct litex_model litex_model;

#include "litex_model.h"

#include <generated/csr.h>

#include "check.h"

enum { FEED = 1 << 0, ENABLE = 1 << 8, RESET = 1 << 16 };

struct litex_model litex_model;

uint32_t uart_txfull_read(void) {
    if (litex_model.full_polls == 0) {
        return 0;
    }
    litex_model.full_polls -= litex_model.full_polls != UINT32_MAX;
    return 1;
}

uint32_t uart_txempty_read(void) {
    return litex_model.full_polls != UINT32_MAX;
}

uint32_t uart_rxempty_read(void) {
    return *litex_model.received == 0;
}

uint32_t uart_rxtx_read(void) {
    return (uint8_t)*litex_model.received;
}

void uart_rxtx_write(uint32_t value) {
    CHECK(litex_model.full_polls == 0 && litex_model.sent_size + 1 < sizeof litex_model.sent);
    litex_model.sent[litex_model.sent_size++] = (char)value;
}

void uart_ev_pending_write(uint32_t value) {
    CHECK_EQUAL(value, 2);
    litex_model.received++;
}

void watchdog0_cycles_write(uint32_t value) {
    litex_model.cycles = value;
}

void watchdog0_control_write(uint32_t value) {
    litex_model.enabled = (value & ENABLE) != 0;
    litex_model.resets = (value & RESET) != 0;
    if ((value & FEED) != 0) {
        litex_model.remaining = litex_model.cycles;
    }
    litex_model.fired = litex_model.enabled && litex_model.remaining == 0;
}

// A program for the harness's own tests: it stands in for stage 0 and does what bytes on the serial line ask
// for.
//   e B  answers with the byte B
//   m    answers with the boot mode
//   r A  answers with the byte in DRAM at offset A (four bytes, little-endian)
//   x B  ends the simulation with code B
#include <generated/csr.h>
#include <stdint.h>

#include "ternel_configuration.h"

static uint8_t get(void) {
    while (uart_rxempty_read() != 0) {
    }
    const uint8_t byte = (uint8_t)uart_rxtx_read();
    uart_ev_pending_write(2); // takes it from the FIFO
    return byte;
}

static void put(uint8_t byte) {
    while (uart_txfull_read() != 0) {
    }
    uart_rxtx_write(byte);
}

_Noreturn void probe(void);

void probe(void) {
    sdram_dfii_control_write(1); // LiteDRAM drives the DRAM; the model needs no training
    put('!');
    for (;;) {
        switch (get()) {
        case 'e':
            put(get());
            break;
        case 'm':
            put((uint8_t)sim_boot_mode_read());
            break;
        case 'r': {
            uint32_t offset = 0;
            for (unsigned shift = 0; shift < 32; shift += 8) {
                offset |= (uint32_t)get() << shift;
            }
            put(*(volatile const uint8_t *)(TERNEL_MAIN_RAM_ORIGIN + offset));
            break;
        }
        case 'x':
            sim_exit_write(get());
            break;
        default:
            put('?');
        }
    }
}

#include "uart.h"

#include <generated/csr.h>

/// Polls of a full FIFO before a byte is dropped: far longer than one takes at 9600 baud.
enum { UART_POLLS = 1 << 22, EVENT_RECEIVED = 2 };

void uart_put(uint8_t byte) {
    for (uint32_t poll = 0; uart_txfull_read() != 0; poll++) {
        if (poll == UART_POLLS) {
            return;
        }
    }
    uart_rxtx_write(byte);
}

int uart_get(void) {
    if (uart_rxempty_read() != 0) {
        return -1;
    }
    const int byte = (int)(uart_rxtx_read() & 0xff);
    // Acknowledging the event is what takes the byte from LiteX's receive FIFO.
    uart_ev_pending_write(EVENT_RECEIVED);
    return byte;
}

void uart_drain(void) {
    for (uint32_t poll = 0; uart_txempty_read() == 0 && poll < UART_POLLS; poll++) {
    }
}

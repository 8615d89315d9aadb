// The UART, polled.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Sends one byte; waits while the FIFO is full, and drops the byte where nobody takes it for a second or so.
void uart_put(uint8_t byte);

/// The next received byte, or -1 when none is there.
int uart_get(void);

/// Waits until everything was sent.
void uart_drain(void);

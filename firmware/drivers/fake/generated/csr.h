// Stands in for LiteX's generated csr.h in host tests: the same accessor names, answered by a model of UART
// and watchdog.
#pragma once

#include <stdint.h>

uint32_t uart_txfull_read(void);
uint32_t uart_txempty_read(void);
uint32_t uart_rxempty_read(void);
uint32_t uart_rxtx_read(void);
void uart_rxtx_write(uint32_t value);
void uart_ev_pending_write(uint32_t value);
void watchdog0_cycles_write(uint32_t value);
void watchdog0_control_write(uint32_t value);

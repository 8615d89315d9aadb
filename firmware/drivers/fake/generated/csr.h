// Stands in for LiteX's generated csr.h in host tests: the same accessor names, answered by models of UART,
// watchdog and flash.
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

// LiteSPI's command registers: flash_model.c.
#define CSR_SPIFLASH_CORE_MASTER_PHYCONFIG_LEN_OFFSET 0
#define CSR_SPIFLASH_CORE_MASTER_PHYCONFIG_WIDTH_OFFSET 8
#define CSR_SPIFLASH_CORE_MASTER_PHYCONFIG_MASK_OFFSET 16
#define CSR_SPIFLASH_CORE_MASTER_STATUS_TX_READY_OFFSET 0
#define CSR_SPIFLASH_CORE_MASTER_STATUS_RX_READY_OFFSET 1
void spiflash_core_master_cs_write(uint32_t value);
void spiflash_core_master_phyconfig_write(uint32_t value);
uint32_t spiflash_core_master_rxtx_read(void);
void spiflash_core_master_rxtx_write(uint32_t value);
uint32_t spiflash_core_master_status_read(void);
void spiflash_core_quad_write(uint32_t value);

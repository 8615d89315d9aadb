// The SPI NOR flash, written through LiteSPI's command registers. Reading needs no driver: the flash is
// memory-mapped. While one of these functions runs nothing may read the mapped flash, code least of all: they
// are for a program that runs from DRAM or SRAM.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum {
    FLASH_MEMORY_PAGE_BYTES = 256,
    FLASH_MEMORY_SECTOR_BYTES = 4096,
    FLASH_MEMORY_BLOCK_BYTES = 65536,
    /// Bytes that addresses of three bytes reach.
    FLASH_MEMORY_BYTES_MAX = 1 << 24,
};

/// What a flash is written through.
struct flash_memory {
    /// Bytes of the flash that may be erased and programmed: [first, end), whole sectors.
    uint32_t first;
    uint32_t end;
    /// Called while the flash is busy (feeds the watchdog). May be NULL.
    void (*while_waiting)(void);
};

/// Manufacturer, type and capacity as JEDEC's command 9Fh gives them: 0xef7018. Error: nothing answers.
enum ternel_error flash_memory_identify(uint32_t *id) TERNEL_MUST_CHECK;

/// The register of one byte that `command` reads, for example 05h: the status.
enum ternel_error flash_memory_read_register(uint32_t command, uint32_t *value) TERNEL_MUST_CHECK;

/// Writes `count` (1 or 2) registers by `command`, the low bytes of `values`, the higher one first, and waits
/// until the flash has stored them. Errors: the flash does not answer, refuses, or does not finish.
enum ternel_error flash_memory_write_registers(uint32_t command, uint32_t values,
                                               uint32_t count) TERNEL_MUST_CHECK;

/// Erases one sector or block: `bytes` is FLASH_MEMORY_SECTOR_BYTES or FLASH_MEMORY_BLOCK_BYTES, `offset` a
/// multiple of it. Errors: outside [first, end); the flash does not answer, refuses, or does not finish.
enum ternel_error flash_memory_erase(const struct flash_memory *flash, uint32_t offset,
                                     uint32_t bytes) TERNEL_MUST_CHECK;

/// Programs `size` bytes at `offset`, both whole pages; bits can only go from 1 to 0. Pages that are all ones
/// are left out. Errors as for flash_memory_erase.
enum ternel_error flash_memory_program(const struct flash_memory *flash, uint32_t offset,
                                       const uint8_t *bytes, uint32_t size) TERNEL_MUST_CHECK;

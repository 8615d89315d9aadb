// A model of a serial NOR flash behind LiteSPI's command registers, on one data line: what a W25Q128JV does
// with the commands of drivers/flash_memory.c, byte by byte, and the faults that a real one may show.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLASH_MODEL_BYTES = 256 * 1024 };

struct flash_model {
    uint8_t cells[FLASH_MODEL_BYTES];
    // Faults.
    bool absent;          ///< nothing drives the answer: all ones
    bool dead;            ///< LiteSPI never answers
    bool no_write_enable; ///< the bit stays low
    bool write_protected; ///< programs and erases are ignored
    bool status_locked;   ///< writes of registers are ignored
    // The part; a W25Q128JV unless changed.
    uint8_t id[3];
    uint8_t registers[2]; ///< that 05h (without its lowest two bits) and 35h read
    uint32_t busy_polls;  ///< reads of the status until an operation ends; UINT32_MAX: never
    // What was done.
    uint32_t sector_erases;
    uint32_t block_erases;
    uint32_t programs;
    uint32_t register_writes;
    bool quad; ///< what the SoC was told
    // State.
    bool selected;
    bool enabled;
    uint32_t busy;
    uint32_t bits; ///< of the transfers to come
    uint32_t answer;
    bool answered;
    uint8_t received[4 + 256];
    size_t count;
};

/// An erased flash without faults.
struct flash_model *flash_model_start(void);

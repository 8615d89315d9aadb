// The line console: type a prompt, get text; lines that begin with "/" are commands. The same code runs on
// every platform; `/set machine on` turns it into a protocol of JSON lines (README.md).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"

enum {
    /// Longest line, and so the longest prompt, in bytes.
    CONSOLE_LINE_BYTES = 4096,
    /// Largest value of /tokens.
    CONSOLE_TOKENS_MAX = 4096,
    /// Bytes kept that were typed while an answer was being made.
    CONSOLE_TYPE_AHEAD_BYTES = 256,
    /// What `/flash write` writes at once, and the most that `/flash hash` and `/flash erase` take.
    CONSOLE_FLASH_SECTOR_BYTES = 4096,
    CONSOLE_FLASH_BLOCK_BYTES = 65536,
};

/// One thing that a machine counts, by a name without anything to escape.
struct console_counter {
    const char *name;
    uint64_t value;
};

/// Cycles that a phase of the boot took.
struct console_boot_phase {
    const char *name;
    uint64_t cycles;
};

/// A part of the flash, by a name without anything to escape.
struct console_flash_region {
    const char *name;
    uint32_t offset;
    uint32_t bytes;
    bool writable; ///< whether uploads may change it
};

/// The flash that `/flash` looks at and changes. `erase` and `write` refuse what is not writable.
struct console_flash {
    void *context;
    uintptr_t mapped; ///< address of its bytes, to be read like memory; may be 0
    uint32_t bytes;
    const struct console_flash_region *regions;
    uint32_t region_count;
    /// Of the second stage that runs: the next one has a higher sequence number, in the other slot.
    const char *slot;
    uint32_t sequence;
    /// The chip's JEDEC identification, 24 bits.
    enum ternel_error (*identify)(void *context, uint32_t *id);
    /// One sector or block.
    enum ternel_error (*erase)(void *context, uint32_t offset, uint32_t bytes);
    /// One sector: erased where it must be, programmed, read back and compared.
    enum ternel_error (*write)(void *context, uint32_t offset, const uint8_t *sector);
};

/// What a machine has and a program on a PC has not.
struct console_machine {
    void *context;
    const char *configuration; ///< "arty"
    uint32_t build_id;
    uint64_t memory_bytes;
    uint32_t stack_bytes;
    /// The most bytes of stack that were ever in use.
    uint32_t (*stack_used)(void *context);
    /// Multiplies a pseudo-random matrix of rows x columns on the accelerator and checks it on the CPU.
    enum ternel_error (*bench)(void *context, uint32_t rows, uint32_t columns, bool *equal);
    /// What the accelerator counted since the last reset; returns how many entries of `out` were filled.
    uint32_t (*counters)(void *context, struct console_counter *out, uint32_t capacity);
    void (*reset_counters)(void *context);
    const struct console_flash *flash; ///< NULL where there is none to upload into
};

/// The models among which a machine can choose while it runs.
struct console_models {
    void *context;
    /// Prints them all, the first as number 1: lines for people, or one event for programs.
    void (*list)(void *context, bool for_programs);
    /// Puts a model into the setup's engine. On an error the one before is there again, or, with `*lost`,
    /// none.
    enum ternel_error (*load)(void *context, uint64_t number, bool *lost);
};

struct console_reading;

/// What the console works with. All of it must outlive the console.
struct console_setup {
    const struct ternel_platform *platform;
    struct ternel_engine *engine; ///< initialised, or NULL: no model; the console chooses who multiplies
    uint64_t arena_bytes;         ///< memory that the engine uses, for /info
    const struct console_machine *machine; ///< NULL on a PC
    const struct console_models *models;   ///< NULL where there is one model
    const struct console_reading *reading; ///< reading.h's on a PC; NULL: /bench says nothing of memory
    const struct console_boot_phase *boot; ///< since power on; NULL where nobody measured it
    uint32_t boot_phases;
    /// Whether typed characters are sent back and edited here; false where a terminal in line mode does that.
    bool echo;
};

/// Runs until /quit or the end of the input; returns the exit status (0). /quit and /reboot call the
/// platform's functions; where these return, so does this.
int console_run(const struct console_setup *setup);

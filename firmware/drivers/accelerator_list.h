// Running command lists (docs/commands.md): regions, tokens, doorbell, counters.
#pragma once

#include "accelerator.h"

/// A piece of DRAM by its CPU address; both are multiples of 64.
struct accelerator_region {
    const uint8_t *bytes;
    uint32_t size;
};

/// What one start needs. No cache may hold newer bytes of the list or of what it reads, nor any byte of what
/// it writes.
struct accelerator_list {
    struct accelerator_region model;   ///< only read
    struct accelerator_region buffers; ///< read and written
    const uint8_t *commands;           ///< in one of the two
    uint32_t command_bytes;
    uint32_t columns; ///< active ones: 1 to the hardware's
    bool logits;      ///< go on behind END_UNLESS_LOGITS
};

/// The embedding row of a column's token and its scale.
struct accelerator_token {
    uint32_t token;
    uint16_t mantissa;
    uint8_t shift;
};

/// One counter of the hardware by the name that the console prints.
struct accelerator_counter {
    const char *name;
    uint32_t offset;
};

enum { ACCELERATOR_COUNTERS = 13 };

/// Names and registers; the first is `cycles`.
extern const struct accelerator_counter accelerator_counters[ACCELERATOR_COUNTERS];

/// What lists did, summed up since the last reset, in the order of accelerator_counters.
struct accelerator_totals {
    uint64_t counters[ACCELERATOR_COUNTERS];
    uint64_t lists;
};

/// Tells the device the token of a column, for the next lists.
void accelerator_set_token(const struct accelerator *accelerator, uint32_t column,
                           const struct accelerator_token *token);

/// Runs a list to its end and adds up its counters. Errors: those of accelerator_wait.
enum ternel_error accelerator_run(struct accelerator *accelerator, const struct accelerator_list *list,
                                  struct accelerator_totals *totals) TERNEL_MUST_CHECK;

/// Writes "command 12: OPCODE" about the last list into `text`: where it stopped and what STATUS.ERROR said.
enum { ACCELERATOR_FAULT_TEXT = 32 };
const char *accelerator_fault(const struct accelerator *accelerator, char text[ACCELERATOR_FAULT_TEXT]);

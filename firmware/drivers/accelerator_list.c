#include "accelerator_list.h"

#include <string.h>

#include "ternel_registers.h"

const struct accelerator_counter accelerator_counters[ACCELERATOR_COUNTERS] = {
    {"cycles", TERNEL_REGISTER_CYCLES},
    {"weightBeats", TERNEL_REGISTER_WEIGHT_BEATS},
    {"beats", TERNEL_REGISTER_BEATS},
    {"writeBeats", TERNEL_REGISTER_WRITE_BEATS},
    {"stallWeights", TERNEL_REGISTER_STALL_WEIGHTS},
    {"stallOutput", TERNEL_REGISTER_STALL_OUTPUT},
    {"matrixCycles", TERNEL_REGISTER_MATRIX_CYCLES},
    {"vectorCycles", TERNEL_REGISTER_VECTOR_CYCLES},
    {"vectorStall", TERNEL_REGISTER_VECTOR_STALL},
    {"commandCycles", TERNEL_REGISTER_COMMAND_CYCLES},
    {"dmaStallCommand", TERNEL_REGISTER_DMA_STALL_COMMAND},
    {"dmaStallRoom", TERNEL_REGISTER_DMA_STALL_ROOM},
    {"dmaStallData", TERNEL_REGISTER_DMA_STALL_DATA},
};

/// The names of STATUS.ERROR, by code (hw/accel/registers.ts).
static const char *const error_names[] = {
    [TERNEL_STATUS_ERROR_NONE] = "NONE",       [TERNEL_STATUS_ERROR_STARTS] = "STARTS",
    [TERNEL_STATUS_ERROR_BUSY] = "BUSY",       [TERNEL_STATUS_ERROR_BLOCKS] = "BLOCKS",
    [TERNEL_STATUS_ERROR_ACTIVE] = "ACTIVE",   [TERNEL_STATUS_ERROR_RANGE] = "RANGE",
    [TERNEL_STATUS_ERROR_ABORTED] = "ABORTED", [TERNEL_STATUS_ERROR_HUNG] = "HUNG",
    [TERNEL_STATUS_ERROR_LENGTH] = "LENGTH",   [TERNEL_STATUS_ERROR_OPCODE] = "OPCODE",
    [TERNEL_STATUS_ERROR_FIELD] = "FIELD",     [TERNEL_STATUS_ERROR_COUNT] = "COUNT",
    [TERNEL_STATUS_ERROR_BANK] = "BANK",       [TERNEL_STATUS_ERROR_ADDRESS] = "ADDRESS",
    [TERNEL_STATUS_ERROR_TOKEN] = "TOKEN",     [TERNEL_STATUS_ERROR_REGION] = "REGION",
};

void accelerator_set_token(const struct accelerator *accelerator, uint32_t column,
                           const struct accelerator_token *token) {
    accelerator_write(accelerator, TERNEL_REGISTER_TOKEN0 + 4 * column, token->token);
    accelerator_write(accelerator, TERNEL_REGISTER_TOKEN_SCALE0 + 4 * column,
                      (uint32_t)token->mantissa << TERNEL_TOKEN_SCALE0_MANTISSA_SHIFT |
                          (uint32_t)token->shift << TERNEL_TOKEN_SCALE0_SHIFT_SHIFT);
}

/// Bytes from the start of DRAM.
static uint32_t device_address(const struct accelerator *accelerator, const uint8_t *bytes) {
    return (uint32_t)((uintptr_t)bytes - accelerator->memory);
}

enum ternel_error accelerator_run(struct accelerator *accelerator, const struct accelerator_list *list,
                                  struct accelerator_totals *totals) {
    const uint32_t model = device_address(accelerator, list->model.bytes);
    const uint32_t buffers = device_address(accelerator, list->buffers.bytes);
    const uint32_t commands = device_address(accelerator, list->commands);
    const bool in_buffers = commands >= buffers && commands - buffers < list->buffers.size;
    accelerator_write(accelerator, TERNEL_REGISTER_MODEL_BASE, model);
    accelerator_write(accelerator, TERNEL_REGISTER_MODEL_BYTES, list->model.size);
    accelerator_write(accelerator, TERNEL_REGISTER_BUFFER_BASE, buffers);
    accelerator_write(accelerator, TERNEL_REGISTER_BUFFER_BYTES, list->buffers.size);
    accelerator_write(accelerator, TERNEL_REGISTER_LIST_OFFSET, commands - (in_buffers ? buffers : model));
    accelerator_write(accelerator, TERNEL_REGISTER_LIST_BYTES, list->command_bytes);
    accelerator_write(accelerator, TERNEL_REGISTER_RUN,
                      TERNEL_RUN_START_LIST | (list->logits ? TERNEL_RUN_LOGITS : 0) |
                          (in_buffers ? TERNEL_RUN_LIST_IN_BUFFER : 0) |
                          list->columns << TERNEL_RUN_ACTIVE_SHIFT);
    const enum ternel_error error = accelerator_wait(accelerator);
    totals->lists++;
    for (uint32_t index = 0; index < ACCELERATOR_COUNTERS; index++) {
        totals->counters[index] += accelerator_read(accelerator, accelerator_counters[index].offset);
    }
    return error;
}

const char *accelerator_fault(const struct accelerator *accelerator, char text[ACCELERATOR_FAULT_TEXT]) {
    const uint32_t error = accelerator->status_error;
    const bool known = error < sizeof error_names / sizeof error_names[0];
    uint32_t command = accelerator_read(accelerator, TERNEL_REGISTER_FAULT_COMMAND) % 100000;
    char *end = text;
    for (const char *word = "command "; *word != 0; word++) {
        *end++ = *word;
    }
    char digits[5];
    uint32_t count = 0;
    do {
        digits[count++] = (char)('0' + command % 10);
        command /= 10;
    } while (command != 0);
    while (count != 0) {
        *end++ = digits[--count];
    }
    *end++ = ':';
    *end++ = ' ';
    strcpy(end, known ? error_names[error] : "?");
    return text;
}

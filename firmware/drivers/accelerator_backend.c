#include "accelerator_backend.h"

#include <string.h>

#include "bytes.h"
#include "checked.h"
#include "ternel_commands.h"
#include "ternel_registers.h"

enum { ELEMENTS_ALIGN = 64 };

static uint32_t aligned(uint32_t elements) {
    return ternel_size_align(ternel_size_of(elements), ELEMENTS_ALIGN).value;
}

static uint32_t widest_matrix(const struct ternel_shape *shape) {
    return aligned(shape->dimension > shape->intermediate ? shape->dimension : shape->intermediate);
}

enum ternel_error accelerator_takes_matrices(const struct accelerator *accelerator,
                                             const struct ternel_container *container) {
    return widest_matrix(&container->shape) > accelerator->activation_bytes ? TERNEL_ERROR_ACCELERATOR_SHAPE
                                                                            : TERNEL_OK;
}

/// The list keeps two vectors in each bank (models/compile): one of the dimension, behind it the widest.
enum ternel_error accelerator_takes_tokens(const struct accelerator *accelerator,
                                           const struct ternel_container *container) {
    const struct ternel_shape *shape = &container->shape;
    if (shape->command_bytes == 0) {
        return TERNEL_ERROR_ACCELERATOR_LIST;
    }
    if (shape->dimension > accelerator->state_elements ||
        aligned(shape->dimension) + widest_matrix(shape) > accelerator->vector_elements) {
        return TERNEL_ERROR_ACCELERATOR_SHAPE;
    }
    return accelerator_takes_matrices(accelerator, container);
}

/// The token's row and scale in the embedding; shift = clamp(exponent - x, 0, 63).
static struct accelerator_token token_operands(const struct ternel_container *container, uint32_t token) {
    const uint8_t *scale = container->bytes + container->at.embedding_scales + 4 * token;
    const int32_t shift = ternel_read_i16(scale + 2) - (int32_t)container->residual_fraction;
    return (struct accelerator_token){.token = token,
                                      .mantissa = ternel_read_u16(scale),
                                      .shift = (uint8_t)(shift < 0    ? 0
                                                         : shift > 63 ? 63
                                                                      : shift)};
}

void accelerator_publish(void *context, struct ternel_engine *engine) {
    const struct accelerator_backend *backend = context;
    const struct ternel_buffers *buffers = &engine->buffers;
    const size_t state_bytes = (size_t)((uint8_t *)buffers->logits - (uint8_t *)buffers->state);
    if (engine->state_touched) {
        backend->release(buffers->state, state_bytes);
    }
    if (engine->logits_touched) {
        backend->release(buffers->logits, buffers->shared_bytes - state_bytes);
    }
    engine->state_touched = false;
    engine->logits_touched = false;
}

enum ternel_error accelerator_run_tokens(void *context, struct ternel_engine *engine, const uint32_t *tokens,
                                         uint32_t count, bool logits) {
    struct accelerator_backend *backend = context;
    const struct ternel_container *container = engine->container;
    accelerator_publish(backend, engine);
    for (uint32_t column = 0; column < count; column++) {
        const struct accelerator_token token = token_operands(container, tokens[column]);
        accelerator_set_token(backend->accelerator, column, &token);
    }
    backend->last_column = count - 1;
    const struct accelerator_list list = {
        .model = {.bytes = container->bytes, .size = container->shape.total_bytes},
        .buffers = {.bytes = (const uint8_t *)engine->buffers.state, .size = engine->buffers.shared_bytes},
        .commands = container->bytes + container->at.commands,
        .command_bytes = container->shape.command_bytes,
        .columns = count,
        .logits = logits,
    };
    return accelerator_run(backend->accelerator, &list, &backend->totals);
}

uint32_t accelerator_best(void *context) {
    const struct accelerator_backend *backend = context;
    return accelerator_read(backend->accelerator, TERNEL_REGISTER_BEST_TOKEN0 + 4 * backend->last_column);
}

uint32_t accelerator_top(void *context, struct ternel_candidate *entries, uint32_t room) {
    const struct accelerator_backend *backend = context;
    const struct accelerator *accelerator = backend->accelerator;
    const uint32_t count = accelerator_read(accelerator, TERNEL_REGISTER_TOP_COUNT);
    const uint32_t listed = count < room ? count : room;
    for (uint32_t i = 0; i < listed; i++) {
        entries[i].weight = accelerator_read(accelerator, TERNEL_WINDOW_TOP + 8 * i);
        entries[i].id = accelerator_read(accelerator, TERNEL_WINDOW_TOP + 8 * i + 4);
    }
    return listed;
}

const char *accelerator_backend_fault(void *context) {
    struct accelerator_backend *backend = context;
    return accelerator_fault(backend->accelerator, backend->fault);
}

// ---------------------------------------------------------------------------------------------------------
// One matrix

/// Writes a command of zeros but for opcode and column 0; the caller fills in the rest.
static uint8_t *begin_command(uint8_t **cursor, uint32_t operation) {
    uint8_t *command = *cursor;
    *cursor += TERNEL_COMMAND_BYTES;
    memset(command, 0, TERNEL_COMMAND_BYTES);
    command[TERNEL_COMMAND_OPCODE_OFFSET] = (uint8_t)operation;
    return command;
}

static void put_word(uint8_t *command, uint32_t field_offset, uint32_t value) {
    ternel_write_u32(command + field_offset, value);
}

/// LOAD_ACTIVATIONS, MATRIX, STORE, END. A matrix of more rows than a vector bank holds writes its results to
/// memory as it goes, as logits do.
static void write_list(uint8_t *commands, const struct ternel_matrix *matrix, uint32_t activation_offset,
                       uint32_t out_offset, uint16_t mantissa, uint8_t shift, bool direct) {
    uint8_t *cursor = commands;
    uint8_t *command = begin_command(&cursor, TERNEL_OPERATION_LOAD_ACTIVATIONS);
    put_word(command, TERNEL_COMMAND_COUNT_OFFSET, matrix->stride);
    put_word(command, TERNEL_COMMAND_OFFSET_OFFSET, activation_offset);
    command[TERNEL_COMMAND_MANTISSA_OFFSET] = (uint8_t)mantissa;
    command[TERNEL_COMMAND_MANTISSA_OFFSET + 1] = (uint8_t)(mantissa >> 8);
    command[TERNEL_COMMAND_SHIFT_OFFSET] = shift;

    command = begin_command(&cursor, TERNEL_OPERATION_MATRIX);
    command[TERNEL_COMMAND_FLAGS_OFFSET] = direct ? TERNEL_COMMAND_FLAG_LOGITS : 0;
    put_word(command, TERNEL_COMMAND_COUNT_OFFSET, matrix->rows);
    put_word(command, TERNEL_COMMAND_GROUPS_OFFSET, matrix->groups);
    put_word(command, TERNEL_COMMAND_STRIDE_OFFSET, matrix->stride);
    put_word(command, TERNEL_COMMAND_SPLIT_OFFSET, matrix->rows);
    put_word(command, TERNEL_COMMAND_DESTINATION_OFFSET, direct ? out_offset : 0);

    if (!direct) {
        command = begin_command(&cursor, TERNEL_OPERATION_STORE);
        put_word(command, TERNEL_COMMAND_COUNT_OFFSET, matrix->rows);
        put_word(command, TERNEL_COMMAND_OFFSET_OFFSET, out_offset);
    }
    begin_command(&cursor, TERNEL_OPERATION_END);
}

enum ternel_error accelerator_multiply(void *context, const struct ternel_matrix *matrix,
                                       const int8_t *activation, uint16_t mantissa, uint8_t shift,
                                       int32_t *out) {
    struct accelerator_backend *backend = context;
    const struct accelerator *accelerator = backend->accelerator;
    if (matrix->stride > accelerator->activation_bytes) {
        return TERNEL_ERROR_ACCELERATOR_SHAPE;
    }
    const uint8_t *base = backend->buffers.bytes;
    write_list(backend->commands, matrix, (uint32_t)((const uint8_t *)activation - base),
               (uint32_t)((const uint8_t *)out - base), mantissa, shift,
               matrix->rows > accelerator->vector_elements);
    backend->release(backend->commands, TERNEL_BACKEND_COMMAND_BYTES);
    backend->release(activation, matrix->stride);
    // Before, not after: a line that is written back later would overwrite the results.
    backend->release(out, matrix->rows * sizeof *out);
    const struct accelerator_list list = {
        .model = {.bytes = matrix->packed, .size = matrix->groups * matrix->stride},
        .buffers = backend->buffers,
        .commands = backend->commands,
        .command_bytes = TERNEL_BACKEND_COMMAND_BYTES,
        .columns = 1,
    };
    return accelerator_run(backend->accelerator, &list, &backend->totals);
}

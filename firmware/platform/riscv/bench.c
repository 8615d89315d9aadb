#include "bench.h"

#include <string.h>

#include "cache.h"
#include "checked.h"
#include "engine.h"
#include "watchdog.h"

enum { ROWS_MAX = (1 << 19) - 1, GROUP_ROWS = 5, ALIGN = 64, MANTISSA = 40000, SHIFT = 24 };

/// Marsaglia's xorshift with 32 bits of state.
static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/// Where the parts lie in the memory, in bytes from its start.
struct layout {
    struct ternel_size commands; ///< here region B begins
    struct ternel_size activation;
    struct ternel_size results;
    struct ternel_size expected; ///< here it ends
    struct ternel_size end;
    uint32_t stride;
    uint32_t groups;
};

static struct layout lay_out(uint32_t rows, uint32_t columns) {
    const struct ternel_size stride = ternel_size_align(ternel_size_of(columns), ALIGN);
    const struct ternel_size groups = ternel_size_divide_up(ternel_size_of(rows), GROUP_ROWS);
    const struct ternel_size vector =
        ternel_size_align(ternel_size_multiply(ternel_size_of(rows), ternel_size_of(sizeof(int32_t))), ALIGN);
    struct layout layout = {.stride = stride.value, .groups = groups.value};
    layout.commands = ternel_size_multiply(stride, groups);
    layout.activation = ternel_size_add(layout.commands, ternel_size_of(TERNEL_BACKEND_COMMAND_BYTES));
    layout.results = ternel_size_align(ternel_size_add(layout.activation, stride), ALIGN);
    layout.expected = ternel_size_add(layout.results, vector);
    layout.end = ternel_size_add(layout.expected, vector);
    return layout;
}

enum ternel_error bench_matvec(struct accelerator *accelerator, const struct bench_memory *memory,
                               uint32_t rows, uint32_t columns, struct accelerator_totals *totals,
                               bool *equal) {
    if (rows == 0 || rows > ROWS_MAX || columns == 0 || columns > accelerator->activation_bytes) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    const struct layout layout = lay_out(rows, columns);
    if (!layout.end.valid || layout.end.value > memory->size) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    uint32_t state = 0x2545f491;
    uint32_t *weights = (uint32_t *)(void *)memory->bytes;
    for (uint32_t word = 0; word < layout.commands.value / 4; word++) {
        weights[word] = next_random(&state);
        if (word % 65536 == 0) {
            watchdog_feed();
        }
    }
    // Columns that only pad the matrix have random weights too: their activations are zero.
    int8_t *activation = (int8_t *)(memory->bytes + layout.activation.value);
    for (uint32_t column = 0; column < layout.stride; column++) {
        activation[column] = (int8_t)(column < columns ? (int32_t)(next_random(&state) % 255) - 127 : 0);
    }
    int32_t *results = (int32_t *)(void *)(memory->bytes + layout.results.value);
    int32_t *expected = (int32_t *)(void *)(memory->bytes + layout.expected.value);
    const struct ternel_matrix matrix = {
        .packed = memory->bytes,
        .rows = rows,
        .columns = layout.stride,
        .stride = layout.stride,
        .groups = layout.groups,
        .mantissa = MANTISSA,
    };
    struct accelerator_backend backend = {
        .accelerator = accelerator,
        .release = cache_release,
        .buffers = {.bytes = memory->bytes + layout.commands.value,
                    .size = layout.expected.value - layout.commands.value},
        .commands = memory->bytes + layout.commands.value,
    };
    cache_write_back();
    const enum ternel_error error =
        accelerator_multiply(&backend, &matrix, activation, MANTISSA, SHIFT, results);
    *totals = backend.totals;
    TERNEL_TRY(error);
    TERNEL_TRY(ternel_backend_cpu.multiply(ternel_backend_cpu.context, &matrix, activation, MANTISSA, SHIFT,
                                           expected));
    *equal = memcmp(results, expected, rows * sizeof *results) == 0;
    return TERNEL_OK;
}

#include "bench.h"

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
    struct ternel_size activation;
    struct ternel_size results;
    struct ternel_size expected;
    struct ternel_size end;
    uint32_t stride;
    uint32_t groups;
};

static struct layout lay_out(uint32_t rows, uint32_t columns, uint32_t port_bytes) {
    const struct ternel_size stride = ternel_size_align(ternel_size_of(columns), port_bytes);
    const struct ternel_size groups = ternel_size_divide_up(ternel_size_of(rows), GROUP_ROWS);
    const struct ternel_size vector =
        ternel_size_align(ternel_size_multiply(ternel_size_of(rows), ternel_size_of(sizeof(int32_t))), ALIGN);
    struct layout layout = {.stride = stride.value, .groups = groups.value};
    layout.activation = ternel_size_align(ternel_size_multiply(stride, groups), ALIGN);
    layout.results = ternel_size_align(ternel_size_add(layout.activation, stride), ALIGN);
    layout.expected = ternel_size_add(layout.results, vector);
    layout.end = ternel_size_add(layout.expected, vector);
    return layout;
}

enum ternel_error bench_matvec(struct accelerator *accelerator, const struct bench_memory *memory,
                               uint32_t rows, uint32_t columns, struct console_bench *result) {
    if (rows == 0 || rows > ROWS_MAX || columns == 0 || columns > accelerator->activation_bytes) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    const struct layout layout = lay_out(rows, columns, accelerator->port_bytes);
    if (!layout.end.valid || layout.end.value > memory->size) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    uint32_t state = 0x2545f491;
    uint32_t *weights = (uint32_t *)(void *)memory->bytes;
    for (uint32_t word = 0; word < layout.activation.value / 4; word++) {
        weights[word] = next_random(&state);
        if (word % 65536 == 0) {
            watchdog_feed();
        }
    }
    // Columns that only pad the matrix to the port have random weights too: their activations are zero.
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
    cache_write_back();
    struct accelerator_counters counters;
    TERNEL_TRY(accelerator_measure(accelerator, &matrix, activation, MANTISSA, SHIFT, results, &counters));
    TERNEL_TRY(ternel_matvec_cpu.multiply(ternel_matvec_cpu.context, &matrix, activation, MANTISSA, SHIFT,
                                          expected));
    *result = (struct console_bench){
        .rows = rows,
        .columns = columns,
        .cycles = counters.cycles,
        .beats = counters.beats,
        .bytes = (uint64_t)counters.beats * accelerator->port_bytes,
        .stall_weights = counters.stall_weights,
        .stall_output = counters.stall_output,
        .stall_command = counters.stall_command,
        .stall_room = counters.stall_room,
        .stall_data = counters.stall_data,
        .equal = true,
    };
    for (uint32_t row = 0; row < rows; row++) {
        result->equal = result->equal && results[row] == expected[row];
    }
    return TERNEL_OK;
}

#include "arena.h"

#include "checked.h"

enum { BUFFER_ALIGN = 64 }; // a cache line of any of the machines

/// Takes `count` elements of `element` bytes; returns their place, or NULL while only the size is wanted.
static void *take(struct ternel_size *cursor, uint8_t *arena, struct ternel_size count, uint32_t element) {
    uint32_t start = cursor->value;
    *cursor = ternel_size_add(*cursor, ternel_size_multiply(count, ternel_size_of(element)));
    *cursor = ternel_size_align(*cursor, BUFFER_ALIGN);
    return arena == NULL ? NULL : arena + start;
}

enum ternel_error ternel_arena_layout(const struct ternel_shape *shape, uint8_t *arena,
                                      struct ternel_buffers *buffers, uint32_t *bytes) {
    struct ternel_size cursor = ternel_size_of(0);
    struct ternel_size d = ternel_size_of(shape->dimension);
    struct ternel_size vocabulary = ternel_size_of(shape->vocabulary);
    struct ternel_size intermediate = ternel_size_of(shape->intermediate);
    struct ternel_size both = ternel_size_multiply(intermediate, ternel_size_of(2));
    struct ternel_size state_stride = ternel_size_align(d, BUFFER_ALIGN / sizeof(int32_t));
    struct ternel_size states = ternel_size_multiply(state_stride, ternel_size_of(shape->layers));
    struct ternel_size widest = shape->dimension > shape->intermediate ? d : intermediate;
    // What the accelerator reads and writes: no cache line of it belongs to anything else.
    buffers->state_stride = state_stride.value;
    buffers->state = take(&cursor, arena, states, sizeof(int32_t));
    buffers->logits = take(&cursor, arena, vocabulary, sizeof(int32_t));
    buffers->shared_bytes = cursor.value;
    buffers->residual = take(&cursor, arena, d, sizeof(int32_t));
    buffers->normed = take(&cursor, arena, d, sizeof(int32_t));
    buffers->forget = take(&cursor, arena, d, sizeof(int32_t));
    buffers->candidate = take(&cursor, arena, d, sizeof(int32_t));
    buffers->output = take(&cursor, arena, d, sizeof(int32_t));
    buffers->gate_up = take(&cursor, arena, both, sizeof(int32_t));
    buffers->candidates = take(&cursor, arena, vocabulary, sizeof(struct ternel_candidate));
    buffers->activation =
        take(&cursor, arena, ternel_size_align(widest, shape->column_align), sizeof(int8_t));
    buffers->commands = take(&cursor, arena, ternel_size_of(TERNEL_BACKEND_COMMAND_BYTES), 1);
    *bytes = cursor.value;
    return cursor.valid ? TERNEL_OK : TERNEL_ERROR_ENGINE_ARENA;
}

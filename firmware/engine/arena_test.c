#include "arena.h"

#include <stdlib.h>

#include "testing.h"

/// The buffers in the order of their addresses, each with its size: none may reach into the next.
static void check(const struct ternel_shape *shape) {
    struct ternel_buffers b;
    uint32_t bytes = 0;
    EXPECT(ternel_arena_layout(shape, NULL, &b, &bytes) == TERNEL_OK && b.residual == NULL);
    uint8_t *arena = aligned_alloc(64, bytes);
    EXPECT(ternel_arena_layout(shape, arena, &b, &bytes) == TERNEL_OK);
    size_t d = shape->dimension;
    size_t widest = d > shape->intermediate ? d : shape->intermediate;
    const struct {
        void *start;
        size_t size;
    } buffers[] = {
        {b.state, 4 * (size_t)b.state_stride * shape->layers},
        {b.logits, 4 * (size_t)shape->vocabulary},
        {b.residual, 4 * d},
        {b.normed, 4 * d},
        {b.forget, 4 * d},
        {b.candidate, 4 * d},
        {b.output, 4 * d},
        {b.gate_up, 8 * (size_t)shape->intermediate},
        {b.candidates, sizeof(struct ternel_candidate) * shape->vocabulary},
        {b.activation, (widest + shape->column_align - 1) / shape->column_align * shape->column_align},
        {b.commands, TERNEL_BACKEND_COMMAND_BYTES},
    };
    size_t end = 0;
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
        size_t start = (size_t)((uint8_t *)buffers[i].start - arena);
        EXPECT(start >= end && start % 64 == 0);
        end = start + buffers[i].size;
    }
    EXPECT(end <= bytes && bytes - end < 64);
    // The layout that the command list counts on: each layer's state at a multiple of 64 bytes, then the
    // logits, whole cache lines of both.
    EXPECT((uint8_t *)b.state == arena && 4 * b.state_stride == TERNEL_BUFFER_STATE_STRIDE(d));
    EXPECT((uint8_t *)b.logits == arena + TERNEL_BUFFER_LOGITS_OFFSET(shape->layers, d));
    EXPECT(b.shared_bytes == TERNEL_BUFFER_BYTES(shape->layers, d, shape->vocabulary));
    EXPECT((uint8_t *)b.residual == arena + b.shared_bytes);
    free(arena);
}

void test_arena(void) {
    uint64_t random = 9;
    for (int i = 0; i < 200; i++) {
        struct ternel_shape shape = {
            .vocabulary = 1 + testing_below(&random, 2000),
            .dimension = 1 + testing_below(&random, 300),
            .layers = 1 + testing_below(&random, 8),
            .intermediate = 1 + testing_below(&random, 700),
            .column_align = 64,
        };
        check(&shape);
    }
}

#include "engine.h"

#include <string.h>

#include "arena.h"
#include "bitlinear.h"
#include "bytes.h"
#include "layer.h"
#include "rmsnorm.h"

enum ternel_error ternel_engine_memory(const struct ternel_container *container, size_t *bytes) {
    struct ternel_buffers buffers;
    uint32_t needed = 0;
    TERNEL_TRY(ternel_arena_layout(&container->shape, NULL, &buffers, &needed));
    *bytes = needed;
    return TERNEL_OK;
}

enum ternel_error ternel_engine_init(struct ternel_engine *engine, const struct ternel_container *container,
                                     void *arena, size_t arena_bytes, const struct ternel_matvec *matvec) {
    uint32_t needed = 0;
    *engine = (struct ternel_engine){.container = container, .matvec = matvec};
    TERNEL_TRY(ternel_arena_layout(&container->shape, arena, &engine->buffers, &needed));
    if (needed > arena_bytes) {
        return TERNEL_ERROR_ENGINE_ARENA;
    }
    ternel_engine_reset(engine);
    return TERNEL_OK;
}

void ternel_engine_use(struct ternel_engine *engine, const struct ternel_matvec *matvec) {
    engine->matvec = matvec;
}

void ternel_engine_reset(struct ternel_engine *engine) {
    const struct ternel_shape *shape = &engine->container->shape;
    size_t states = (size_t)shape->layers * shape->dimension;
    memset(engine->buffers.state, 0, states * sizeof *engine->buffers.state);
}

/// residual = the token's row of the embedding
static void embed(struct ternel_engine *engine, uint32_t token) {
    const struct ternel_container *container = engine->container;
    uint32_t d = container->shape.dimension;
    const uint8_t *scale = container->bytes + container->at.embedding_scales + 4 * token;
    const int8_t *row = (const int8_t *)(container->bytes + container->at.embedding) + (size_t)token * d;
    int32_t mantissa = ternel_read_u16(scale);
    int32_t shift = ternel_read_i16(scale + 2) - (int32_t)container->residual_fraction;
    // A product has at most 23 bits: it needs no saturation, and every shift from 25 on makes it 0.
    shift = shift < 0 ? 0 : shift > 30 ? 30 : shift;
    int32_t half = shift == 0 ? 0 : 1 << (shift - 1);
    for (uint32_t i = 0; i < d; i++) {
        engine->buffers.residual[i] = (row[i] * mantissa + half) >> shift;
    }
}

enum ternel_error ternel_engine_advance(struct ternel_engine *engine, uint32_t token) {
    if (token >= engine->container->shape.vocabulary) {
        return TERNEL_ERROR_ENGINE_TOKEN;
    }
    embed(engine, token);
    for (uint32_t index = 0; index < engine->container->shape.layers; index++) {
        TERNEL_TRY(ternel_layer_step(engine, index));
    }
    return TERNEL_OK;
}

enum ternel_error ternel_engine_logits(struct ternel_engine *engine) {
    const struct ternel_container *container = engine->container;
    const struct ternel_buffers *b = &engine->buffers;
    uint32_t d = container->shape.dimension;
    struct ternel_head head;
    ternel_container_head(container, &head);
    uint64_t squares = ternel_sum_of_squares(b->residual, d);
    ternel_rmsnorm(b->residual, squares, &head.norm, container->final_fraction, b->normed);
    squares = ternel_sum_of_squares(b->normed, d);
    return ternel_bitlinear(engine->matvec, &head.matrix, &head.gain, b->normed, squares,
                            container->logits_fraction, b->activation, b->logits);
}

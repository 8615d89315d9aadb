#include "engine.h"

#include <string.h>

#include "arena.h"
#include "bitlinear.h"
#include "embedding.h"
#include "layer.h"
#include "rmsnorm.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "logits are hashed as they lie in memory");

enum ternel_error ternel_engine_memory(const struct ternel_container *container, size_t *bytes) {
    struct ternel_buffers buffers;
    uint32_t needed = 0;
    TERNEL_TRY(ternel_arena_layout(&container->shape, NULL, &buffers, &needed));
    *bytes = needed;
    return TERNEL_OK;
}

enum ternel_error ternel_engine_init(struct ternel_engine *engine, const struct ternel_container *container,
                                     void *arena, size_t arena_bytes, const struct ternel_backend *backend) {
    uint32_t needed = 0;
    *engine = (struct ternel_engine){.container = container, .backend = backend};
    TERNEL_TRY(ternel_arena_layout(&container->shape, arena, &engine->buffers, &needed));
    if (needed > arena_bytes) {
        return TERNEL_ERROR_ENGINE_ARENA;
    }
    ternel_engine_reset(engine);
    return TERNEL_OK;
}

void ternel_engine_use(struct ternel_engine *engine, const struct ternel_backend *backend) {
    engine->backend = backend;
}

void ternel_engine_reset(struct ternel_engine *engine) {
    const struct ternel_shape *shape = &engine->container->shape;
    size_t states = (size_t)shape->layers * engine->buffers.state_stride;
    memset(engine->buffers.state, 0, states * sizeof *engine->buffers.state);
    engine->state_touched = true;
    if (engine->backend->publish != NULL) {
        engine->backend->publish(engine->backend->context, engine);
    }
}

/// The logits of the engine's residual, by the CPU.
TERNEL_MUST_CHECK
static enum ternel_error compute_logits(struct ternel_engine *engine) {
    const struct ternel_container *container = engine->container;
    const struct ternel_buffers *b = &engine->buffers;
    uint32_t d = container->shape.dimension;
    struct ternel_head head;
    ternel_container_head(container, &head);
    uint64_t squares = ternel_sum_of_squares(b->residual, d);
    ternel_rmsnorm(b->residual, squares, &head.norm, container->final_fraction, b->normed);
    squares = ternel_sum_of_squares(b->normed, d);
    engine->logits_touched = true;
    return ternel_bitlinear(engine->backend, &head.matrix, &head.gain, b->normed, squares,
                            container->logits_fraction, b->activation, b->logits);
}

/// One token through all layers, by the CPU.
TERNEL_MUST_CHECK
static enum ternel_error compute_token(struct ternel_engine *engine, uint32_t token) {
    engine->state_touched = true;
    ternel_embed(engine->container, token, engine->buffers.residual);
    for (uint32_t index = 0; index < engine->container->shape.layers; index++) {
        TERNEL_TRY(ternel_layer_step(engine, index));
    }
    return TERNEL_OK;
}

enum ternel_error ternel_engine_advance(struct ternel_engine *engine, const uint32_t *tokens, uint32_t count,
                                        bool logits) {
    const struct ternel_backend *backend = engine->backend;
    for (uint32_t i = 0; i < count; i++) {
        if (tokens[i] >= engine->container->shape.vocabulary) {
            return TERNEL_ERROR_ENGINE_TOKEN;
        }
    }
    uint32_t step = backend->run_tokens == NULL ? 1 : backend->columns;
    for (uint32_t done = 0; done < count; done += step) {
        uint32_t rest = count - done;
        if (backend->run_tokens == NULL) {
            TERNEL_TRY(compute_token(engine, tokens[done]));
        } else {
            TERNEL_TRY(backend->run_tokens(backend->context, engine, tokens + done, rest < step ? rest : step,
                                           logits && rest <= step));
        }
    }
    return logits && backend->run_tokens == NULL ? compute_logits(engine) : TERNEL_OK;
}

const int32_t *ternel_engine_logits(struct ternel_engine *engine) {
    engine->logits_touched = true;
    return engine->buffers.logits;
}

uint32_t ternel_engine_best(struct ternel_engine *engine) {
    const struct ternel_backend *backend = engine->backend;
    if (backend->best != NULL) {
        return backend->best(backend->context);
    }
    return ternel_sampler_greedy(ternel_engine_logits(engine), engine->container->shape.vocabulary);
}

void ternel_engine_hash_logits(struct ternel_engine *engine, const struct ternel_sha256 *sha256) {
    const uint8_t *bytes = (const uint8_t *)engine->buffers.logits;
    size_t size = (size_t)engine->container->shape.vocabulary * sizeof *engine->buffers.logits;
    if (!engine->logits_touched && sha256->update_shared != NULL &&
        sha256->update_shared(sha256->context, bytes, size)) {
        return;
    }
    engine->logits_touched = true;
    sha256->update(sha256->context, bytes, size);
}

// One generation: start token, prompt, then a token at a time until the end of the text.
#include "engine.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "logits are hashed as they lie in memory");

enum ternel_error ternel_run_start(struct ternel_run *run, struct ternel_engine *engine, uint32_t temperature,
                                   uint32_t top_p, uint64_t seed, const struct ternel_sha256 *sha256) {
    *run = (struct ternel_run){.engine = engine, .sha256 = sha256};
    TERNEL_TRY(ternel_sampler_start(&run->sampler, temperature, top_p, seed));
    if (sha256 != NULL) {
        sha256->start(sha256->context);
    }
    ternel_engine_reset(engine);
    return ternel_engine_advance(engine, engine->container->shape.start_token);
}

enum ternel_error ternel_run_feed(struct ternel_run *run, uint32_t token) {
    run->prompt_tokens++;
    return ternel_engine_advance(run->engine, token);
}

enum ternel_error ternel_run_next(struct ternel_run *run, uint32_t *token, bool *end) {
    struct ternel_engine *engine = run->engine;
    const struct ternel_shape *shape = &engine->container->shape;
    *end = run->ended;
    if (run->ended) {
        return TERNEL_OK;
    }
    // The token that was chosen last is only fed now: nobody may want another one.
    if (run->has_pending) {
        run->has_pending = false;
        TERNEL_TRY(ternel_engine_advance(engine, run->pending));
    }
    TERNEL_TRY(ternel_engine_logits(engine));
    const int32_t *logits = engine->buffers.logits;
    if (run->sha256 != NULL) {
        const uint8_t *bytes = (const uint8_t *)logits;
        run->sha256->update(run->sha256->context, bytes, (size_t)shape->vocabulary * sizeof *logits);
    }
    *token = ternel_sampler_choose(&run->sampler, logits, shape->vocabulary,
                                   engine->container->logits_fraction, engine->buffers.candidates);
    run->ended = *token == shape->end_token;
    run->has_pending = !run->ended;
    run->pending = *token;
    *end = run->ended;
    return TERNEL_OK;
}

void ternel_run_logits_hash(struct ternel_run *run, uint8_t digest[TERNEL_SHA256_BYTES]) {
    run->sha256->finish(run->sha256->context, digest);
}

// One generation: start token, prompt, then a token at a time until the end of the text.
#include "engine.h"

enum ternel_error ternel_run_start(struct ternel_run *run, struct ternel_engine *engine, uint32_t temperature,
                                   uint32_t top_p, uint64_t seed, const struct ternel_sha256 *sha256) {
    *run = (struct ternel_run){.engine = engine, .sha256 = sha256};
    TERNEL_TRY(ternel_sampler_start(&run->sampler, temperature, top_p, seed));
    if (sha256 != NULL) {
        sha256->start(sha256->context);
    }
    ternel_engine_reset(engine);
    run->pending[run->pending_count++] = engine->container->shape.start_token;
    return TERNEL_OK;
}

enum ternel_error ternel_run_feed(struct ternel_run *run, uint32_t token) {
    const struct ternel_backend *backend = run->engine->backend;
    // A full group goes only now: of the last one logits will be wanted.
    if (run->pending_count >= (backend->run_tokens == NULL ? 1 : backend->columns)) {
        const uint32_t count = run->pending_count;
        run->pending_count = 0;
        TERNEL_TRY(ternel_engine_advance(run->engine, run->pending, count, false));
    }
    run->pending[run->pending_count++] = token;
    run->prompt_tokens++;
    return TERNEL_OK;
}

/// Draws a token from the logits of the last step. The backend's list of the largest decides most draws,
/// without a look at the others.
static uint32_t draw(struct ternel_run *run) {
    struct ternel_engine *engine = run->engine;
    const struct ternel_backend *backend = engine->backend;
    const uint32_t count = engine->container->shape.vocabulary;
    const uint32_t fraction = engine->container->logits_fraction;
    struct ternel_candidate *candidates = engine->buffers.candidates;
    const uint32_t listed = backend->top == NULL ? 0 : backend->top(backend->context, candidates, count);
    if (listed > 0) {
        uint32_t token = 0;
        struct ternel_top top = ternel_sampler_weigh_top(&run->sampler, candidates, listed, count, fraction);
        if (ternel_sampler_choose_top(&run->sampler, &top, &token)) {
            return token;
        }
        ternel_sampler_weigh_all(&run->sampler, &top, ternel_engine_logits(engine), count, fraction);
        if (ternel_sampler_choose_top(&run->sampler, &top, &token)) {
            return token;
        }
    }
    return ternel_sampler_choose(&run->sampler, ternel_engine_logits(engine), count, fraction, candidates);
}

enum ternel_error ternel_run_next(struct ternel_run *run, uint32_t *token, bool *end) {
    struct ternel_engine *engine = run->engine;
    *end = run->ended;
    if (run->ended) {
        return TERNEL_OK;
    }
    // The token that was chosen last is only fed now: nobody may want another one.
    TERNEL_TRY(ternel_engine_advance(engine, run->pending, run->pending_count, true));
    if (run->sha256 != NULL) {
        ternel_engine_hash_logits(engine, run->sha256);
    }
    *token = run->sampler.temperature == 0 ? ternel_engine_best(engine) : draw(run);
    run->ended = *token == engine->container->shape.end_token;
    run->pending[0] = *token;
    run->pending_count = 1;
    *end = run->ended;
    return TERNEL_OK;
}

void ternel_run_logits_hash(struct ternel_run *run, uint8_t digest[TERNEL_SHA256_BYTES]) {
    run->sha256->finish(run->sha256->context, digest);
}

// Whole generations on random models. That the numbers are right is shown by engine.test.ts, against the
// TypeScript reference.
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "model_fixture.h"
#include "sha256_nettle.h"
#include "testing.h"

enum { TOKENS = 20, PROMPT = 7 };

struct outcome {
    uint32_t tokens[TOKENS];
    uint32_t count;
    bool end;
    uint8_t hash[TERNEL_SHA256_BYTES];
};

/// A backend that takes whole tokens, by the CPU behind the engine's back; it remembers how many at a time.
struct whole_tokens {
    uint32_t largest_group;
    uint32_t groups;
    uint32_t logits; ///< groups that were asked for logits
    uint32_t best;
    uint32_t published;
    const struct ternel_engine *engine; ///< of the last group
    uint32_t lists;                     ///< of largest logits that were asked for
};

static enum ternel_error run_tokens(void *context, struct ternel_engine *engine, const uint32_t *tokens,
                                    uint32_t count, bool logits) {
    struct whole_tokens *whole = context;
    const struct ternel_backend *backend = engine->backend;
    whole->engine = engine;
    whole->groups++;
    whole->logits += logits;
    whole->largest_group = count > whole->largest_group ? count : whole->largest_group;
    engine->backend = &ternel_backend_cpu;
    EXPECT(ternel_engine_advance(engine, tokens, count, logits) == TERNEL_OK);
    engine->backend = backend;
    engine->state_touched = false;
    engine->logits_touched = false;
    whole->best = ternel_sampler_greedy(engine->buffers.logits, engine->container->shape.vocabulary);
    return TERNEL_OK;
}

static void publish(void *context, struct ternel_engine *engine) {
    struct whole_tokens *whole = context;
    EXPECT(engine->state_touched);
    whole->published++;
}

static uint32_t best(void *context) {
    const struct whole_tokens *whole = context;
    return whole->best;
}

/// The largest logits, at most three: some draws they decide, some they do not.
static uint32_t top(void *context, struct ternel_candidate *entries, uint32_t room) {
    struct whole_tokens *whole = context;
    whole->lists++;
    const int32_t *logits = whole->engine->buffers.logits;
    const uint32_t listed = room < 3 ? room : 3;
    for (uint32_t place = 0; place < listed; place++) {
        int64_t largest = INT64_MIN;
        for (uint32_t id = 0; id < whole->engine->container->shape.vocabulary; id++) {
            bool taken = false;
            for (uint32_t before = 0; before < place; before++) {
                taken = taken || entries[before].id == id;
            }
            if (!taken && logits[id] > largest) {
                largest = logits[id];
                entries[place] = (struct ternel_candidate){(uint32_t)logits[id], id};
            }
        }
    }
    return listed;
}

static bool never_shared(void *context, const uint8_t *bytes, size_t size) {
    (void)context, (void)bytes, (void)size;
    return false;
}

static struct outcome generate(struct ternel_engine *engine, uint32_t temperature, uint64_t seed) {
    struct outcome outcome = {.count = 0};
    struct sha256_ctx state;
    struct ternel_sha256 sha256 = sha256_nettle(&state);
    sha256.update_shared = never_shared;
    struct ternel_run run;
    EXPECT(ternel_run_start(&run, engine, temperature, 900, seed, &sha256) == TERNEL_OK);
    for (uint32_t token = 0; token < PROMPT; token++) {
        EXPECT(ternel_run_feed(&run, token) == TERNEL_OK);
    }
    while (outcome.count < TOKENS && !outcome.end) {
        uint32_t token = 0;
        EXPECT(ternel_run_next(&run, &token, &outcome.end) == TERNEL_OK);
        if (!outcome.end) {
            outcome.tokens[outcome.count++] = token;
        }
    }
    uint32_t token = 0;
    bool again = false;
    if (outcome.end) {
        EXPECT(ternel_run_next(&run, &token, &again) == TERNEL_OK && again);
    }
    ternel_run_logits_hash(&run, outcome.hash);
    return outcome;
}

static enum ternel_error refuse(void *context, const struct ternel_matrix *matrix, const int8_t *activation,
                                uint16_t mantissa, uint8_t shift, int32_t *out) {
    (void)matrix, (void)activation, (void)mantissa, (void)shift, (void)out;
    int *calls = context;
    return (*calls)-- > 0 ? TERNEL_OK : TERNEL_ERROR_ACCELERATOR_TIMEOUT;
}

/// Prompts in groups of any size, and a sequence that changes its engine in the middle, give the same answer.
static void check_groups(struct ternel_engine *engine, const struct outcome *expected, uint64_t seed) {
    for (uint32_t columns = 1; columns <= TERNEL_COLUMNS_MAX; columns++) {
        struct whole_tokens whole = {.groups = 0};
        const struct ternel_backend backend = {.name = "whole",
                                               .context = &whole,
                                               .run_tokens = run_tokens,
                                               .publish = publish,
                                               .best = best,
                                               .top = columns % 2 == 0 ? top : NULL,
                                               .columns = columns};
        ternel_engine_use(engine, &backend);
        const struct outcome outcome = generate(engine, 1000, seed);
        EXPECT(memcmp(&outcome, expected, sizeof outcome) == 0);
        uint32_t steps = outcome.count + outcome.end; // each of them after a list with logits
        EXPECT(whole.lists == (columns % 2 == 0 ? steps : 0));
        EXPECT(whole.published == 1 && whole.logits == steps);
        EXPECT(whole.groups == steps - 1 + (PROMPT + 1 + columns - 1) / columns);
        EXPECT(whole.largest_group == (columns < PROMPT + 1 ? columns : PROMPT + 1));

        uint32_t tokens[PROMPT] = {0, 1, 2, 0, 2, 1, 0};
        uint32_t choices[2];
        for (uint32_t changes = 0; changes < 2; changes++) {
            ternel_engine_use(engine, &backend);
            ternel_engine_reset(engine);
            EXPECT(ternel_engine_advance(engine, tokens, 3, false) == TERNEL_OK);
            ternel_engine_use(engine, changes == 0 ? &backend : &ternel_backend_cpu);
            EXPECT(ternel_engine_advance(engine, tokens + 3, PROMPT - 3, true) == TERNEL_OK);
            choices[changes] = ternel_engine_best(engine);
            EXPECT(engine->logits_touched == (changes == 1));
            EXPECT(ternel_engine_logits(engine)[choices[changes]] >= ternel_engine_logits(engine)[0]);
            EXPECT(engine->logits_touched);
        }
        EXPECT(choices[0] == choices[1]);
    }
    ternel_engine_use(engine, &ternel_backend_cpu);
}

static void check_model(uint64_t seed) {
    struct model_fixture fixture = model_fixture_random(seed);
    struct sha256_ctx state;
    struct ternel_sha256 sha256 = sha256_nettle(&state);
    struct ternel_container container;
    EXPECT(ternel_container_open(&container, fixture.bytes, fixture.size, &sha256) == TERNEL_OK);
    struct ternel_engine engine;
    size_t bytes = 0;
    EXPECT(ternel_engine_memory(&container, &bytes) == TERNEL_OK);
    void *arena = aligned_alloc(64, bytes);
    EXPECT(ternel_engine_init(&engine, &container, arena, bytes - 1, &ternel_backend_cpu) ==
           TERNEL_ERROR_ENGINE_ARENA);
    memset(arena, 0xa5, bytes); // nothing may depend on what was there
    EXPECT(ternel_engine_init(&engine, &container, arena, bytes, &ternel_backend_cpu) == TERNEL_OK);
    uint32_t states = container.shape.layers * engine.buffers.state_stride;
    for (uint32_t i = 0; i < states; i++) {
        EXPECT(engine.buffers.state[i] == 0);
    }

    struct outcome first = generate(&engine, 1000, seed);
    struct outcome other = generate(&engine, 10000, seed + 1);
    struct outcome again = generate(&engine, 1000, seed);
    EXPECT(memcmp(&first, &again, sizeof first) == 0); // a run leaves nothing behind
    EXPECT(memcmp(first.hash, other.hash, sizeof first.hash) != 0);

    check_groups(&engine, &first, seed);
    const uint32_t outside[] = {0, container.shape.vocabulary};
    EXPECT(ternel_engine_advance(&engine, outside, 2, true) == TERNEL_ERROR_ENGINE_TOKEN);
    // An accelerator that fails at any of its calls: the error comes out.
    for (int calls = 0; calls < 6; calls++) {
        int left = calls;
        struct ternel_backend matvec = {.context = &left, .multiply = refuse};
        ternel_engine_use(&engine, &matvec);
        memset(arena, 0x11, bytes);
        EXPECT(ternel_engine_advance(&engine, outside, 1, true) == TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    }
    free(arena);
    model_fixture_free(&fixture);
}

void test_run(void) {
    for (uint64_t seed = 0; seed < 12; seed++) {
        check_model(seed);
    }
}

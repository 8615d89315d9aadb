// Whole generations on random models. That the numbers are right is shown by engine.test.ts, against the
// TypeScript reference.
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "model_fixture.h"
#include "sha256_nettle.h"
#include "testing.h"

enum { TOKENS = 20 };

struct outcome {
    uint32_t tokens[TOKENS];
    uint32_t count;
    bool end;
    uint8_t hash[TERNEL_SHA256_BYTES];
};

static struct outcome generate(struct ternel_engine *engine, uint32_t temperature, uint64_t seed) {
    struct outcome outcome = {.count = 0};
    struct sha256_ctx state;
    struct ternel_sha256 sha256 = sha256_nettle(&state);
    struct ternel_run run;
    EXPECT(ternel_run_start(&run, engine, temperature, 900, seed, &sha256) == TERNEL_OK);
    EXPECT(ternel_run_feed(&run, 1) == TERNEL_OK && ternel_run_feed(&run, 2) == TERNEL_OK);
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
    EXPECT(ternel_engine_init(&engine, &container, arena, bytes - 1, &ternel_matvec_cpu) ==
           TERNEL_ERROR_ENGINE_ARENA);
    memset(arena, 0xa5, bytes); // nothing may depend on what was there
    EXPECT(ternel_engine_init(&engine, &container, arena, bytes, &ternel_matvec_cpu) == TERNEL_OK);
    uint32_t states = container.shape.layers * container.shape.dimension;
    for (uint32_t i = 0; i < states; i++) {
        EXPECT(engine.buffers.state[i] == 0);
    }

    struct outcome first = generate(&engine, 1000, seed);
    struct outcome other = generate(&engine, 10000, seed + 1);
    struct outcome again = generate(&engine, 1000, seed);
    EXPECT(memcmp(&first, &again, sizeof first) == 0); // a run leaves nothing behind
    EXPECT(memcmp(first.hash, other.hash, sizeof first.hash) != 0);

    EXPECT(ternel_engine_advance(&engine, container.shape.vocabulary) == TERNEL_ERROR_ENGINE_TOKEN);
    // An accelerator that fails at any of its calls: the error comes out.
    for (int calls = 0; calls < 6; calls++) {
        int left = calls;
        struct ternel_matvec matvec = {.context = &left, .multiply = refuse};
        ternel_engine_use(&engine, &matvec);
        memset(arena, 0x11, bytes);
        EXPECT(ternel_engine_advance(&engine, 0) == TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    }
    free(arena);
    model_fixture_free(&fixture);
}

void test_run(void) {
    for (uint64_t seed = 0; seed < 12; seed++) {
        check_model(seed);
    }
}

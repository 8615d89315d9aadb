// The whole backend against the engine on one core in plain C: for random containers, every kernel, one to
// three workers and prompts cut anywhere, the state and the logits are equal.
#include "forward.h"

#include <stdlib.h>
#include <string.h>

#include "kernels_testing.h"
#include "model_fixture.h"
#include "worker_threads.h"

enum { SEEDS = 12, PROMPT = 70, WORKERS = 3 };

/// An engine with memory of its exact size.
struct bench {
    struct ternel_engine engine;
    void *arena;
};

static struct bench open_engine(const struct ternel_container *container) {
    struct bench bench;
    size_t bytes = 0;
    EXPECT(ternel_engine_memory(container, &bytes) == TERNEL_OK);
    bench.arena = aligned_alloc(64, (bytes + 63) / 64 * 64);
    EXPECT(ternel_engine_init(&bench.engine, container, bench.arena, bytes, &ternel_backend_cpu) ==
           TERNEL_OK);
    return bench;
}

static bool same(const struct ternel_engine *a, const struct ternel_engine *b) {
    const struct ternel_shape *shape = &a->container->shape;
    const size_t states = (size_t)shape->layers * a->buffers.state_stride * sizeof(int32_t);
    return memcmp(a->buffers.state, b->buffers.state, states) == 0 &&
           memcmp(a->buffers.logits, b->buffers.logits, shape->vocabulary * sizeof(int32_t)) == 0;
}

/// Feeds `tokens` in groups of random size; logits after the last.
static void feed(struct ternel_engine *engine, const uint32_t *tokens, uint64_t random) {
    ternel_engine_reset(engine);
    for (uint32_t at = 0; at < PROMPT;) {
        const uint32_t rest = PROMPT - at;
        const uint32_t most = 1 + testing_below(&random, rest);
        const uint32_t count = testing_below(&random, 4) == 0 ? 1 : most;
        EXPECT(ternel_engine_advance(engine, tokens + at, count, at + count == PROMPT) == TERNEL_OK);
        at += count;
    }
}

static void check_kernel(struct ternel_engine *engine, const struct ternel_engine *expected,
                         const struct ternel_kernel *kernel, struct ternel_workers *workers,
                         const uint32_t *tokens, uint32_t columns, uint64_t random) {
    static struct ternel_forward forward;
    const size_t bytes = ternel_forward_memory(engine->container, kernel, workers->count, columns);
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    EXPECT(ternel_forward_open(&forward, engine->container, kernel, workers, columns, memory, bytes - 1) ==
           TERNEL_ERROR_ENGINE_ARENA);
    EXPECT(ternel_forward_open(&forward, engine->container, kernel, workers, columns, memory, bytes) ==
           TERNEL_OK);
    ternel_engine_use(engine, &forward.backend);
    feed(engine, tokens, random);
    EXPECT(same(engine, expected));
    free(memory);
}

void test_forward(void) {
    uint64_t random = 13;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct model_fixture fixture = model_fixture_random(seed);
        struct ternel_container container;
        EXPECT(ternel_container_open(&container, fixture.bytes, fixture.size, NULL) == TERNEL_OK);
        struct bench expected = open_engine(&container);
        struct bench got = open_engine(&container);
        uint32_t tokens[PROMPT];
        for (uint32_t i = 0; i < PROMPT; i++) {
            tokens[i] = testing_below(&random, container.shape.vocabulary);
        }
        feed(&expected.engine, tokens, random);
        for (uint32_t count = 1; count <= WORKERS; count++) {
            static struct worker_threads threads;
            EXPECT(worker_threads_start(&threads, count));
            FOR_EACH_KERNEL(kernel) {
                const uint32_t columns = 1 + testing_below(&random, TERNEL_COLUMNS_MAX);
                check_kernel(&got.engine, &expected.engine, kernel, &threads.workers, tokens, columns,
                             random);
            }
            worker_threads_end(&threads);
        }
        free(expected.arena);
        free(got.arena);
        model_fixture_free(&fixture);
    }
}

// Any bytes as what somebody types: the console always ends with its input.
#include "console.h"

#include <stdlib.h>

#include "model_fixture.h"
#include "sha256_nettle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PATIENCE = 16, CONTROL_C = 3 };

/// A platform in memory. Answers are stopped after some tokens: long ones show nothing new.
struct typist {
    const uint8_t *data;
    size_t size;
    size_t at;
    uint32_t polls;
    uint64_t cycles;
    struct sha256_ctx sha256;
};

static void put_byte(void *context, uint8_t byte) {
    (void)context, (void)byte;
}

static void flush(void *context) {
    (void)context;
}

static int get_byte(void *context, bool wait) {
    struct typist *typist = context;
    if (!wait) {
        typist->polls++;
        return typist->polls % PATIENCE == 0 ? CONTROL_C : TERNEL_INPUT_NONE;
    }
    return typist->at < typist->size ? typist->data[typist->at++] : TERNEL_INPUT_END;
}

static uint64_t cycles(void *context) {
    struct typist *typist = context;
    return typist->cycles += 1000;
}

static uint64_t accelerator_cycles(void *context) {
    (void)context;
    return 0;
}

static void restart(void *context) {
    (void)context;
}

static void quit(void *context, int status) {
    (void)context, (void)status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct fixture_shape shape = {
        .vocabulary = 300, .dimension = 8, .layers = 1, .intermediate = 8, .token_count = 290};
    static struct model_fixture fixture; // stays for all inputs
    static struct ternel_container container;
    static void *arena;
    static size_t arena_bytes;
    struct typist typist = {.data = data, .size = size};
    struct ternel_platform platform = {
        .context = &typist,
        .name = "fuzz",
        .cycles_per_second = 1000000,
        .sha256 = sha256_nettle(&typist.sha256),
        .put_byte = put_byte,
        .flush = flush,
        .get_byte = get_byte,
        .cycles = cycles,
        .accelerator_cycles = accelerator_cycles,
        .reboot = restart,
        .quit = quit,
    };
    if (arena == NULL) {
        fixture = model_fixture_make(&shape, 1);
        if (ternel_container_open(&container, fixture.bytes, fixture.size, &platform.sha256) != TERNEL_OK ||
            ternel_engine_memory(&container, &arena_bytes) != TERNEL_OK) {
            abort();
        }
        arena = aligned_alloc(64, arena_bytes);
    }
    struct ternel_engine engine;
    if (ternel_engine_init(&engine, &container, arena, arena_bytes, &ternel_backend_cpu) != TERNEL_OK) {
        abort();
    }
    struct console_setup setup = {
        .platform = &platform, .engine = &engine, .arena_bytes = arena_bytes, .echo = size % 2 == 0};
    (void)console_run(&setup);
    return 0;
}

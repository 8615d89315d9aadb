// Any bytes as a container, with a hash that fits: whatever opens must also run.
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "model_fixture.h"
#include "sha256_nettle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_model(const struct ternel_container *container) {
    struct ternel_engine engine;
    struct ternel_run run;
    size_t bytes = 0;
    size_t count = 0;
    uint32_t tokens[16];
    uint32_t ranks[16];
    const uint8_t *text = NULL;
    if (ternel_engine_memory(container, &bytes) != TERNEL_OK) {
        return;
    }
    void *arena = aligned_alloc(64, bytes);
    enum ternel_error error = ternel_engine_init(&engine, container, arena, bytes, &ternel_backend_cpu);
    error = error != TERNEL_OK ? error : ternel_run_start(&run, &engine, 700, 900, 1, NULL);
    if (ternel_tokenizer_encode(container, (const uint8_t *)"Hello  w\xc3\xb6rld's", 16, tokens, ranks, 16,
                                &count) != TERNEL_OK) {
        count = 0;
    }
    for (size_t i = 0; i < count && i < 2 && error == TERNEL_OK; i++) {
        error = ternel_run_feed(&run, tokens[i]);
    }
    bool end = false;
    for (int i = 0; i < 2 && !end && error == TERNEL_OK; i++) {
        uint32_t token = 0;
        error = ternel_run_next(&run, &token, &end);
        size_t length = ternel_tokenizer_text(container, token, &text);
        for (size_t j = 0; j < length; j++) {
            (void)*(const volatile uint8_t *)&text[j];
        }
    }
    free(arena);
    if (error != TERNEL_OK) {
        abort(); // a container that passed its checks runs
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    void *bytes = NULL;
    if (posix_memalign(&bytes, 64, size == 0 ? 1 : size) != 0) {
        abort();
    }
    memcpy(bytes, data, size);
    if (size >= 64) {
        model_fixture_seal(bytes, size);
    }
    struct sha256_ctx state;
    struct ternel_sha256 sha256 = sha256_nettle(&state);
    struct ternel_container container;
    if (ternel_container_open(&container, bytes, size, &sha256) == TERNEL_OK) {
        run_model(&container);
    }
    free(bytes);
    return 0;
}

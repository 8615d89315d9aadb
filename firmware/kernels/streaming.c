#include "streaming.h"

#include "forward.h"

enum { LINE = 64, WORDS = LINE / sizeof(uint64_t), PREFETCH_BYTES = 4096 };

struct reading {
    struct ternel_workers *workers;
    const uint8_t *memory;
    size_t lines;
    bool prefetch;
    _Atomic uint64_t result;
};

static void read_share(void *context, uint32_t worker) {
    struct reading *reading = context;
    const size_t first = reading->lines * worker / reading->workers->active;
    const size_t end = reading->lines * (worker + 1) / reading->workers->active;
    const uint64_t *words = (const uint64_t *)(const void *)(reading->memory + first * LINE);
    uint64_t sums[WORDS] = {0};
    for (size_t line = first; line < end; line++, words += WORDS) {
        if (reading->prefetch) {
            __builtin_prefetch((const void *)((uintptr_t)words + PREFETCH_BYTES));
        }
        for (int i = 0; i < (int)WORDS; i++) {
            sums[i] += words[i];
        }
    }
    for (int i = 0; i < (int)WORDS; i++) {
        reading->result += sums[i];
    }
}

uint64_t ternel_streaming_read(struct ternel_workers *workers, const void *memory, size_t bytes,
                               bool prefetch) {
    struct reading reading = {
        .workers = workers, .memory = memory, .lines = bytes / LINE, .prefetch = prefetch};
    ternel_workers_run(workers, read_share, &reading);
    return reading.result;
}

uint64_t ternel_streaming_read_weights(void *context, bool prefetch) {
    const struct ternel_forward *forward = context;
    // All weights lie one behind the other, from the first layer's on.
    (void)ternel_streaming_read(forward->workers, forward->layers[0].packed[0].tiles, forward->weight_bytes,
                                prefetch);
    return forward->weight_bytes;
}

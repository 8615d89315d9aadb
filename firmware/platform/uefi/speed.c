#include "speed.h"

#include <string.h>

#include "packing.h"
#include "processor.h"

/// As wide as a common model.
enum { COLUMNS = 1024 };

struct trial {
    const struct ternel_kernel *kernel;
    struct ternel_workers *workers;
    uint8_t *memory;
    size_t tiles;
    size_t tile_bytes;
    uint64_t ticks;
    _Atomic uint64_t bytes;
};

/// Memory that nobody has written may be no memory: a hypervisor shows the same page of zeros everywhere.
static void fill(void *context, uint32_t worker) {
    const struct trial *trial = context;
    const size_t first = trial->tiles * worker / trial->workers->active;
    const size_t end = trial->tiles * (worker + 1) / trial->workers->active;
    memset(trial->memory + first * trial->tile_bytes, 0, (end - first) * trial->tile_bytes);
}

/// Each worker takes its own share again and again.
static void multiply(void *context, uint32_t worker) {
    struct trial *trial = context;
    static _Alignas(64) const int8_t activations[COLUMNS];
    static const int32_t sums[1];
    const struct ternel_inputs inputs = {
        .values = activations, .sums = sums, .stride = COLUMNS, .columns = COLUMNS, .tokens = 1};
    const size_t first = trial->tiles * worker / trial->workers->active;
    const size_t end = trial->tiles * (worker + 1) / trial->workers->active;
    _Alignas(64) int32_t out[TERNEL_TILE_ROWS_MAX];
    uint64_t bytes = 0;
    size_t tile = first;
    const uint64_t start = processor_ticks();
    while (first != end && processor_ticks() - start < trial->ticks) {
        trial->kernel->multiply(trial->memory + tile * trial->tile_bytes, &inputs, out);
        bytes += trial->tile_bytes;
        tile = tile + 1 == end ? first : tile + 1;
    }
    trial->bytes += bytes;
}

uint64_t speed_measure(const struct ternel_kernel *kernel, struct ternel_workers *workers, uint8_t *memory,
                       size_t bytes, uint64_t ticks, uint64_t ticks_per_second) {
    const size_t tile_bytes = ternel_tile_bytes(kernel->packing, COLUMNS);
    struct trial trial = {.kernel = kernel,
                          .workers = workers,
                          .memory = memory,
                          .tiles = bytes / tile_bytes,
                          .tile_bytes = tile_bytes,
                          .ticks = ticks};
    ternel_workers_run(workers, fill, &trial);
    const uint64_t start = processor_ticks();
    ternel_workers_run(workers, multiply, &trial);
    const uint64_t took = processor_ticks() - start;
    return took == 0 ? 0 : trial.bytes / 1024 * ticks_per_second / took * 1024;
}

#include "peak.h"

#include "clock.h"

/// Half a millisecond or so.
enum { ROUNDS = 200000 };

uint64_t prompt_products(const struct ternel_kernel *kernel, const struct ternel_shape *shape,
                         uint32_t tokens) {
    const uint64_t square = (uint64_t)shape->dimension * shape->dimension;
    const uint64_t wide = (uint64_t)shape->dimension * shape->intermediate;
    const uint64_t states = 3 * square;
    const uint64_t rest = square + 3 * wide;
    const uint64_t of_all = tokens * (shape->layers * states + (shape->layers - 1) * rest);
    return of_all * kernel->products / kernel->packing.trits + rest +
           (uint64_t)shape->dimension * shape->vocabulary;
}

uint64_t peak_products(const struct ternel_kernel *kernel, uint32_t workers) {
    return workers * ROUNDS * kernel->peak(1);
}

/// The arithmetic of all workers, and how long each of them computed.
struct measurement {
    const struct ternel_kernel *kernel;
    uint64_t computed[TERNEL_WORKERS_MAX];
};

static void run(void *context, uint32_t worker) {
    struct measurement *measurement = context;
    const uint64_t computing = clock_thread_nanoseconds();
    (void)measurement->kernel->peak(ROUNDS);
    measurement->computed[worker] = clock_thread_nanoseconds() - computing;
}

double peak_measure(struct ternel_workers *workers, const struct ternel_kernel *kernel,
                    struct samples *samples) {
    struct measurement measurement = {.kernel = kernel};
    const uint64_t nanoseconds = clock_nanoseconds();
    const uint64_t cycles = clock_cycles();
    ternel_workers_run(workers, run, &measurement);
    samples_add(samples, clock_nanoseconds() - nanoseconds, clock_cycles() - cycles);
    uint64_t computed = 0;
    for (uint32_t worker = 0; worker < workers->count; worker++) {
        computed += measurement.computed[worker];
    }
    return (double)peak_products(kernel, workers->count) / (double)computed;
}

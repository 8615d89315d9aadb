#include "peak.h"

#include "clock.h"

/// Half a millisecond or so.
enum { ROUNDS = 200000 };

uint64_t prompt_products(const struct ternel_shape *shape, uint32_t tokens) {
    const uint64_t square = (uint64_t)shape->dimension * shape->dimension;
    const uint64_t wide = (uint64_t)shape->dimension * shape->intermediate;
    const uint64_t states = 3 * square;
    const uint64_t rest = square + 3 * wide;
    return tokens * (shape->layers * states + (shape->layers - 1) * rest) + rest +
           (uint64_t)shape->dimension * shape->vocabulary;
}

uint64_t peak_products(const struct ternel_kernel *kernel, uint32_t workers) {
    return workers * ROUNDS * kernel->peak(1);
}

static void run(void *context, uint32_t worker) {
    const struct ternel_kernel *kernel = context;
    (void)worker;
    (void)kernel->peak(ROUNDS);
}

double peak_measure(struct ternel_workers *workers, const struct ternel_kernel *kernel,
                    struct samples *samples) {
    const uint64_t nanoseconds = clock_nanoseconds();
    const uint64_t cycles = clock_cycles();
    const uint64_t computing = clock_process_nanoseconds();
    ternel_workers_run(workers, run, (void *)(uintptr_t)kernel);
    const uint64_t computed = clock_process_nanoseconds() - computing;
    samples_add(samples, clock_nanoseconds() - nanoseconds, clock_cycles() - cycles);
    return (double)peak_products(kernel, workers->count) / (double)computed;
}

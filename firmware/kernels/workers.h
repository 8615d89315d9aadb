// Workers: one for each core, started once, that all run the same function at the same time, each with its
// number. Inside it they share out the work by claims and wait for each other at barriers. Nothing but atomic
// words passes between them, so it works the same above an operating system and without one.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { TERNEL_WORKERS_MAX = 256, TERNEL_WORKERS_LINE = 64 };

/// What an operating system can do for a worker that waits for long. Both may be NULL: it spins on then.
struct ternel_workers_platform {
    void *context;
    /// Lets something else run on this core, while a worker waits for another in the middle of a job.
    void (*yield)(void *context);
    /// Returns when *word no longer is `seen`, or earlier; between jobs.
    void (*sleep)(void *context, _Atomic uint32_t *word, uint32_t seen);
    /// Ends every sleep.
    void (*wake)(void *context);
};

struct ternel_workers {
    uint32_t count; ///< the caller of ternel_workers_run is worker 0
    const struct ternel_workers_platform *platform;
    void (*job)(void *context, uint32_t worker);
    void *context;
    /// Counts the jobs given out: a worker waits until it changes.
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint32_t epoch;
    _Atomic bool stopping;
    /// Workers but the first that have finished the job.
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint32_t finished;
    /// Workers that have reached the barrier, and how many barriers have opened.
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint32_t arrived;
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint32_t opened;
    /// The first piece of work since the last barrier that nobody has claimed.
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint32_t claimed;
};

/// Prepares for `count` workers (1..TERNEL_WORKERS_MAX). `platform` may be NULL.
void ternel_workers_init(struct ternel_workers *workers, uint32_t count,
                         const struct ternel_workers_platform *platform);

/// What the core of worker 1..count-1 runs; returns after ternel_workers_stop.
void ternel_workers_serve(struct ternel_workers *workers, uint32_t worker);

/// All workers run job(context, worker); returns when all have finished.
void ternel_workers_run(struct ternel_workers *workers, void (*job)(void *context, uint32_t worker),
                        void *context);

/// Lets every ternel_workers_serve return. No job may be running.
void ternel_workers_stop(struct ternel_workers *workers);

/// Within a job: goes on when all workers are here. What was written before is visible to all behind it, and
/// claims begin anew.
void ternel_workers_barrier(struct ternel_workers *workers);

/// Within a job: takes the next pieces of `total` of them, first..first + *pieces - 1, large shares before
/// small ones; false when none is left. All workers ask with the same `total` between two barriers.
bool ternel_workers_claim(struct ternel_workers *workers, uint32_t total, uint32_t *first, uint32_t *pieces);

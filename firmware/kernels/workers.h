// Workers: one for each core, started once, that all run the same function at the same time, each with its
// number. Inside it each has a share of every step's work, takes from the others when its own is done, and
// waits for them at barriers. Nothing but atomic words passes between them, so it works the same above an
// operating system and without one.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { TERNEL_WORKERS_MAX = 256, TERNEL_WORKERS_LINE = 64 };

/// What the platform can do for a worker that waits for long. Functions may be NULL: it spins on then.
struct ternel_workers_platform {
    void *context;
    /// Beyond the first looks at a word it executes PAUSE at each look whose number has none of these bits. 0
    /// is what processors like. QEMU leaves its loop and takes a lock that all cores share at each PAUSE,
    /// which costs milliseconds when the other core needs the lock; there a mask of many bits is right.
    uint32_t pause_mask;
    /// So many looks within a job mean that a worker's core is not really running: an emulator's host has
    /// other things to do. The first worker then does some jobs alone, twice as many each time that it
    /// happens again. 0: never.
    uint32_t stall_looks;
    /// Lets something else run on this core, while a worker waits for another in the middle of a job.
    void (*yield)(void *context);
    /// Returns when *word no longer is `seen`, or earlier; between jobs.
    void (*sleep)(void *context, _Atomic uint32_t *word, uint32_t seen);
    /// Ends every sleep.
    void (*wake)(void *context);
};

/// What is left of a worker's share: pieces first..end - 1, as first | end << 32.
struct ternel_share {
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint64_t pieces;
};

struct ternel_workers {
    uint32_t count;  ///< the caller of ternel_workers_run is worker 0
    uint32_t active; ///< those that take part in the job: all of them or the first one
    uint32_t alone;  ///< jobs that the first worker has yet to do alone
    uint32_t alone_next;
    bool stalled; ///< in this job the first worker has waited for that long
    const struct ternel_workers_platform *platform;
    void (*job)(void *context, uint32_t worker);
    void *context;
    _Atomic bool stopping;
    /// Counts the jobs given out: a worker waits until it changes.
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint32_t epoch;
    /// Workers but the first that have finished the job.
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint32_t finished;
    /// Workers that have reached the barrier, and how many barriers have opened.
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint32_t arrived;
    _Alignas(TERNEL_WORKERS_LINE) _Atomic uint32_t opened;
    struct ternel_share shares[TERNEL_WORKERS_MAX];
};

/// Memory that a worker will read soon: while it waits, it asks for it line by line.
struct ternel_ahead {
    const uint8_t *next;
    const uint8_t *end;
};

/// Prepares for `count` workers (1..TERNEL_WORKERS_MAX). `platform` may be NULL.
void ternel_workers_init(struct ternel_workers *workers, uint32_t count,
                         const struct ternel_workers_platform *platform);

/// What the core of worker 1..count-1 runs; returns after ternel_workers_stop.
void ternel_workers_serve(struct ternel_workers *workers, uint32_t worker);

/// All workers, or the first one alone (stall_looks), run job(context, worker); returns when all have
/// finished.
void ternel_workers_run(struct ternel_workers *workers, void (*job)(void *context, uint32_t worker),
                        void *context);

/// Lets every ternel_workers_serve return. No job may be running.
void ternel_workers_stop(struct ternel_workers *workers);

/// Within a job: goes on when all workers are here. What was written before is visible to all behind it.
/// `ahead` may be NULL.
void ternel_workers_barrier(struct ternel_workers *workers, uint32_t worker, struct ternel_ahead *ahead);

/// Within a job, behind a barrier: begins a step of `total` pieces of work by putting this worker's share
/// where the others find it. In every step of that many pieces a worker has the same share, so that what it
/// works on stays in its cache. All workers begin the same steps.
void ternel_workers_share(struct ternel_workers *workers, uint32_t worker, uint32_t total);

/// The first piece of a worker's share of `total`.
uint32_t ternel_workers_first(const struct ternel_workers *workers, uint32_t worker, uint32_t total);

/// Takes some pieces of the step, first..first + *pieces - 1: three quarters of what is left of the worker's
/// own share, else of another's. False when none is left.
bool ternel_workers_claim(struct ternel_workers *workers, uint32_t worker, uint32_t *first, uint32_t *pieces);

#include "workers.h"

#include <stddef.h>

enum {
    /// A wait in the middle of a job is mostly shorter than this many looks at a word; then PAUSE makes room
    /// for the core's other thread, or for the emulator of another core.
    SPINS = 200,
    /// Looks with PAUSE before the platform is asked to let something else run: about 20 us.
    PAUSES_BEFORE_YIELD = 500,
    /// Between jobs the next one mostly comes soon: about 2 ms.
    PAUSES_BEFORE_SLEEP = 40000,
    /// Jobs that the first worker does alone, at first and at most, before it tries again with the others.
    ALONE_FIRST = 8,
    ALONE_MOST = 1024,
};

static inline void pause_core(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/// One more look at a word has found nothing new: spends a little time, if possible in good use.
static void wait_a_little(const struct ternel_workers_platform *platform, uint32_t looks,
                          struct ternel_ahead *ahead) {
    const uint32_t mask = platform == NULL ? 0 : platform->pause_mask;
    if (ahead != NULL && ahead->next < ahead->end) {
        __builtin_prefetch(ahead->next, 0, 2);
        ahead->next += TERNEL_WORKERS_LINE;
    } else if (looks >= SPINS && (looks & mask) == 0) {
        pause_core();
    }
}

void ternel_workers_init(struct ternel_workers *workers, uint32_t count,
                         const struct ternel_workers_platform *platform) {
    workers->count = count;
    workers->active = count;
    workers->alone = 0;
    workers->alone_next = ALONE_FIRST;
    workers->stalled = false;
    workers->platform = platform;
    workers->job = NULL;
    workers->context = NULL;
    atomic_init(&workers->stopping, false);
    atomic_init(&workers->epoch, 0);
    atomic_init(&workers->finished, 0);
    atomic_init(&workers->arrived, 0);
    atomic_init(&workers->opened, 0);
    for (uint32_t worker = 0; worker < TERNEL_WORKERS_MAX; worker++) {
        atomic_init(&workers->shares[worker].pieces, 0);
    }
}

/// Waits until the epoch is another than `seen`.
static void wait_for_job(struct ternel_workers *workers, uint32_t seen) {
    const struct ternel_workers_platform *platform = workers->platform;
    for (uint32_t looks = 0; atomic_load_explicit(&workers->epoch, memory_order_acquire) == seen; looks++) {
        if (looks >= PAUSES_BEFORE_SLEEP && platform != NULL && platform->sleep != NULL) {
            platform->sleep(platform->context, &workers->epoch, seen);
            looks = SPINS;
        }
        wait_a_little(platform, looks, NULL);
    }
}

/// Waits until *word is another than `seen`; the others are at work. Returns the number of looks.
static uint32_t wait_for_workers(struct ternel_workers *workers, _Atomic uint32_t *word, uint32_t seen,
                                 struct ternel_ahead *ahead) {
    const struct ternel_workers_platform *platform = workers->platform;
    uint32_t all = 0;
    for (uint32_t looks = 0; atomic_load_explicit(word, memory_order_acquire) == seen; looks++) {
        all += all != UINT32_MAX;
        if (looks >= PAUSES_BEFORE_YIELD && platform != NULL && platform->yield != NULL) {
            platform->yield(platform->context);
            looks = SPINS;
        }
        wait_a_little(platform, looks, ahead);
    }
    return all;
}

/// The first worker's own waiting: it notes when it was long.
static void wait_first(struct ternel_workers *workers, _Atomic uint32_t *word, uint32_t seen,
                       struct ternel_ahead *ahead) {
    const uint32_t looks = wait_for_workers(workers, word, seen, ahead);
    const struct ternel_workers_platform *platform = workers->platform;
    if (platform != NULL && platform->stall_looks != 0 && looks >= platform->stall_looks) {
        workers->stalled = true;
    }
}

/// Who takes part in the next job.
static void choose_active(struct ternel_workers *workers) {
    if (workers->alone > 0) {
        workers->alone--;
        workers->active = 1;
        return;
    }
    workers->active = workers->count;
    workers->stalled = false;
}

/// Behind a job of all workers: whether the next ones are to be done alone.
static void judge(struct ternel_workers *workers) {
    if (workers->stalled) {
        workers->alone = workers->alone_next;
        workers->alone_next = workers->alone_next < ALONE_MOST ? 2 * workers->alone_next : ALONE_MOST;
    } else if (workers->alone_next > ALONE_FIRST) {
        workers->alone_next /= 2;
    }
}

static void next_epoch(struct ternel_workers *workers) {
    atomic_fetch_add_explicit(&workers->epoch, 1, memory_order_release);
    if (workers->platform != NULL && workers->platform->wake != NULL) {
        workers->platform->wake(workers->platform->context);
    }
}

void ternel_workers_serve(struct ternel_workers *workers, uint32_t worker) {
    for (uint32_t seen = 0;; seen++) {
        wait_for_job(workers, seen);
        if (atomic_load_explicit(&workers->stopping, memory_order_relaxed)) {
            return;
        }
        workers->job(workers->context, worker);
        atomic_fetch_add_explicit(&workers->finished, 1, memory_order_release);
    }
}

void ternel_workers_run(struct ternel_workers *workers, void (*job)(void *context, uint32_t worker),
                        void *context) {
    workers->job = job;
    workers->context = context;
    atomic_store_explicit(&workers->finished, 0, memory_order_relaxed);
    choose_active(workers);
    if (workers->active > 1) {
        next_epoch(workers);
    }
    job(context, 0);
    if (workers->active > 1) {
        uint32_t finished = 0;
        while ((finished = atomic_load_explicit(&workers->finished, memory_order_acquire)) <
               workers->active - 1) {
            wait_first(workers, &workers->finished, finished, NULL);
        }
        judge(workers);
    }
}

void ternel_workers_stop(struct ternel_workers *workers) {
    atomic_store_explicit(&workers->stopping, true, memory_order_relaxed);
    next_epoch(workers);
}

void ternel_workers_barrier(struct ternel_workers *workers, uint32_t worker, struct ternel_ahead *ahead) {
    const uint32_t opened = atomic_load_explicit(&workers->opened, memory_order_relaxed);
    const uint32_t before = atomic_fetch_add_explicit(&workers->arrived, 1, memory_order_acq_rel);
    if (before + 1 == workers->active) {
        // Nobody arrives again until the barrier opens.
        atomic_store_explicit(&workers->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&workers->opened, opened + 1, memory_order_release);
    } else if (worker == 0) {
        wait_first(workers, &workers->opened, opened, ahead);
    } else {
        (void)wait_for_workers(workers, &workers->opened, opened, ahead);
    }
}

uint32_t ternel_workers_first(const struct ternel_workers *workers, uint32_t worker, uint32_t total) {
    return (uint32_t)(((uint64_t)total * worker + workers->active - 1) / workers->active);
}

static uint64_t pieces_of(uint32_t first, uint32_t end) {
    return first | (uint64_t)end << 32;
}

// A thief may look before the owner has put its share of the new step here, and find nothing: what is left of
// the step before is empty, as nobody passes a barrier with work undone.
void ternel_workers_share(struct ternel_workers *workers, uint32_t worker, uint32_t total) {
    const uint32_t first = ternel_workers_first(workers, worker, total);
    const uint32_t end = ternel_workers_first(workers, worker + 1, total);
    atomic_store_explicit(&workers->shares[worker].pieces, pieces_of(first, end), memory_order_relaxed);
}

/// Takes of a share, rounded up: its owner three quarters from the front, others half from the end. Few
/// pieces are many calls for a few rows each, and all at once leave nothing to one that is done early.
static bool take(struct ternel_share *share, bool owner, bool all, uint32_t *first, uint32_t *pieces) {
    uint64_t seen = atomic_load_explicit(&share->pieces, memory_order_relaxed);
    uint64_t rest;
    do {
        const uint32_t from = (uint32_t)seen;
        const uint32_t to = (uint32_t)(seen >> 32);
        if (from >= to) {
            return false;
        }
        *pieces = all ? to - from : owner ? (3 * (to - from) + 3) / 4 : (to - from + 1) / 2;
        *first = owner ? from : to - *pieces;
        rest = owner ? pieces_of(from + *pieces, to) : pieces_of(from, to - *pieces);
    } while (!atomic_compare_exchange_weak_explicit(&share->pieces, &seen, rest, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

bool ternel_workers_claim(struct ternel_workers *workers, uint32_t worker, uint32_t *first,
                          uint32_t *pieces) {
    for (uint32_t i = 0; i < workers->active; i++) {
        const uint32_t victim = worker + i < workers->active ? worker + i : worker + i - workers->active;
        if (take(&workers->shares[victim], i == 0, workers->active == 1, first, pieces)) {
            return true;
        }
    }
    return false;
}

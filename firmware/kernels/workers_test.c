// Claims cover every piece exactly once, barriers separate what is before from what is behind, jobs follow
// each other, and threads that went to sleep come back.
#include "workers.h"

#include <string.h>
#include <time.h>

#include "kernels_testing.h"
#include "worker_threads.h"

enum { PIECES = 1000, ROUNDS = 20, COUNTS = 5, JOBS = 30 };

struct job {
    struct ternel_workers *workers;
    _Atomic uint32_t taken[ROUNDS][PIECES];
    uint32_t plain[PIECES]; // written by one worker, read by another behind a barrier
    _Atomic uint32_t wrong;
    uint32_t pieces;
};

static void run_job(void *context, uint32_t worker) {
    struct job *job = context;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t first;
        uint32_t count;
        ternel_workers_share(job->workers, worker, job->pieces);
        while (ternel_workers_claim(job->workers, worker, &first, &count)) {
            for (uint32_t i = first; i < first + count; i++) {
                job->taken[round][i]++;
                job->plain[i] = round * PIECES + i;
            }
        }
        struct ternel_ahead ahead = {.next = (const uint8_t *)job->plain,
                                     .end = (const uint8_t *)(job->plain + 1)};
        ternel_workers_barrier(job->workers, worker, &ahead);
        for (uint32_t i = worker; i < job->pieces; i += job->workers->active) {
            if (job->taken[round][i] != 1 || job->plain[i] != round * PIECES + i) {
                job->wrong++;
            }
        }
        ternel_workers_barrier(job->workers, worker, NULL);
    }
}

static void check(uint32_t count, bool naps) {
    static struct worker_threads threads;
    static struct job job;
    uint64_t random = count;
    EXPECT(worker_threads_start(&threads, count));
    for (int i = 0; i < JOBS; i++) {
        memset(&job, 0, sizeof job);
        job.workers = &threads.workers;
        job.pieces = testing_below(&random, i % 3 == 0 ? 4 : PIECES);
        ternel_workers_run(&threads.workers, run_job, &job);
        EXPECT(job.wrong == 0);
        if (naps && i % 10 == 0) {
            nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        }
    }
    worker_threads_end(&threads);
}

/// How often somebody waited for so long that the system was asked to run others.
static _Atomic uint32_t yields;

static void note_yield(void *context) {
    (void)context;
    yields++;
    nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
}

/// The second worker's core is away until the first has waited for long; the first has to notice it.
static void run_late(void *context, uint32_t worker) {
    while (worker != 0 && yields == 0) {
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    run_job(context, worker);
}

static uint32_t active_in(struct worker_threads *threads, void (*function)(void *, uint32_t)) {
    static struct job job;
    memset(&job, 0, sizeof job);
    job.workers = &threads->workers;
    job.pieces = PIECES;
    yields = 0;
    ternel_workers_run(&threads->workers, function, &job);
    EXPECT(job.wrong == 0);
    return threads->workers.active;
}

/// A worker that is late: eight jobs alone, then, when it is late again, 16, and so on.
static void check_stalls(void) {
    static struct worker_threads threads;
    EXPECT(worker_threads_start(&threads, 2));
    threads.platform.yield = note_yield;
    threads.platform.stall_looks = 400; // fewer than those before a yield
    for (uint32_t alone = 8; alone <= 32; alone *= 2) {
        EXPECT(active_in(&threads, run_late) == 2);
        for (uint32_t i = 0; i < alone; i++) {
            EXPECT(active_in(&threads, run_late) == 1);
        }
    }
    threads.platform.stall_looks = UINT32_MAX;
    for (uint32_t i = 0; i < COUNTS; i++) {
        EXPECT(active_in(&threads, run_job) == 2);
    }
    worker_threads_end(&threads);
}

void test_workers(void) {
    check_stalls();
    for (uint32_t count = 1; count <= COUNTS; count++) {
        check(count, count == 2);
    }
    EXPECT(worker_threads_available() >= 1);
}

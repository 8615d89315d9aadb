// The workers of firmware/kernels as POSIX threads.
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "workers.h"

/// Must stay where it is while the threads run.
struct worker_threads {
    struct ternel_workers workers;
    struct ternel_workers_platform platform;
    pthread_t threads[TERNEL_WORKERS_MAX];
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/// Processors that this process may use, at most TERNEL_WORKERS_MAX.
uint32_t worker_threads_available(void);

/// Starts `count` - 1 threads: the caller is the first worker. False: the system refuses.
bool worker_threads_start(struct worker_threads *threads, uint32_t count);

/// Ends the threads. No job may be running.
void worker_threads_end(struct worker_threads *threads);

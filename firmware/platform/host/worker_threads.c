#include "worker_threads.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static void yield(void *context) {
    (void)context;
    sched_yield();
}

static void sleep_until_changed(void *context, _Atomic uint32_t *word, uint32_t seen) {
    struct worker_threads *threads = context;
    pthread_mutex_lock(&threads->mutex);
    while (atomic_load(word) == seen) {
        pthread_cond_wait(&threads->changed, &threads->mutex);
    }
    pthread_mutex_unlock(&threads->mutex);
}

/// The word has changed before this: whoever holds the mutex has seen it, or is woken.
static void wake(void *context) {
    struct worker_threads *threads = context;
    pthread_mutex_lock(&threads->mutex);
    pthread_mutex_unlock(&threads->mutex);
    pthread_cond_broadcast(&threads->changed);
}

/// Which worker a new thread is.
struct start {
    struct worker_threads *threads;
    uint32_t worker;
};

static void *serve(void *context) {
    const struct start start = *(struct start *)context;
    free(context);
    ternel_workers_serve(&start.threads->workers, start.worker);
    return NULL;
}

uint32_t worker_threads_available(void) {
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > TERNEL_WORKERS_MAX ? TERNEL_WORKERS_MAX : (uint32_t)count;
}

bool worker_threads_start(struct worker_threads *threads, uint32_t count) {
    threads->platform = (struct ternel_workers_platform){
        .context = threads, .yield = yield, .sleep = sleep_until_changed, .wake = wake};
    pthread_mutex_init(&threads->mutex, NULL);
    pthread_cond_init(&threads->changed, NULL);
    ternel_workers_init(&threads->workers, count, &threads->platform);
    for (uint32_t worker = 1; worker < count; worker++) {
        struct start *start = malloc(sizeof *start);
        if (start != NULL) {
            *start = (struct start){.threads = threads, .worker = worker};
        }
        if (start == NULL || pthread_create(&threads->threads[worker], NULL, serve, start) != 0) {
            free(start);
            threads->workers.count = worker;
            worker_threads_end(threads);
            return false;
        }
    }
    return true;
}

void worker_threads_end(struct worker_threads *threads) {
    ternel_workers_stop(&threads->workers);
    for (uint32_t worker = 1; worker < threads->workers.count; worker++) {
        pthread_join(threads->threads[worker], NULL);
    }
    pthread_cond_destroy(&threads->changed);
    pthread_mutex_destroy(&threads->mutex);
}

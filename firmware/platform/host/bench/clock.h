// Time for measurements: nanoseconds, those that this process computed, and cycles of the processor's time
// stamp counter.
#pragma once

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static inline uint64_t clock_nanoseconds(void) {
    return clock_of(CLOCK_MONOTONIC);
}

/// All threads of this process together, what else runs on the machine left out.
static inline uint64_t clock_process_nanoseconds(void) {
    return clock_of(CLOCK_PROCESS_CPUTIME_ID);
}

/// The calling thread alone. The process's clock knows of its other threads only what they had computed at
/// their last tick, some milliseconds ago.
static inline uint64_t clock_thread_nanoseconds(void) {
    return clock_of(CLOCK_THREAD_CPUTIME_ID);
}

/// 0 on a processor without one.
static inline uint64_t clock_cycles(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}

#include "samples.h"

#include <stdlib.h>
#include <string.h>

void samples_add(struct samples *samples, uint64_t nanoseconds, uint64_t cycles) {
    if (samples->count == SAMPLES_MAX) {
        samples->count = SAMPLES_MAX / 2;
        memmove(samples->nanoseconds, samples->nanoseconds + samples->count, sizeof samples->nanoseconds / 2);
        memmove(samples->cycles, samples->cycles + samples->count, sizeof samples->cycles / 2);
    }
    samples->nanoseconds[samples->count] = nanoseconds;
    samples->cycles[samples->count++] = cycles;
}

static int by_value(const void *left, const void *right) {
    const uint64_t a = *(const uint64_t *)left;
    const uint64_t b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static uint64_t percentile(const uint64_t *values, uint32_t count, uint32_t percent) {
    uint64_t sorted[SAMPLES_MAX];
    if (count == 0) {
        return 0;
    }
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, by_value);
    return sorted[(uint64_t)(count - 1) * percent / 100];
}

uint64_t samples_nanoseconds(const struct samples *samples, uint32_t percent) {
    return percentile(samples->nanoseconds, samples->count, percent);
}

uint64_t samples_cycles(const struct samples *samples, uint32_t percent) {
    return percentile(samples->cycles, samples->count, percent);
}

#include "samples.h"

#include <stdio.h>
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

void samples_print(const char *name, const struct samples *samples, uint32_t tokens, size_t bytes,
                   uint64_t products) {
    const double best = (double)samples_nanoseconds(samples, 0) / 1e9;
    const double median = (double)samples_nanoseconds(samples, 50) / 1e9;
    printf(",\"%s\":{\"samples\":%u,\"tokens\":%u,\"best\":%.9f,\"p50\":%.9f,\"p99\":%.9f,\"max\":%.9f,"
           "\"cycles\":{\"best\":%llu,\"p50\":%llu,\"p99\":%llu,\"max\":%llu}",
           name, samples->count, tokens, best, median, (double)samples_nanoseconds(samples, 99) / 1e9,
           (double)samples_nanoseconds(samples, 100) / 1e9, (unsigned long long)samples_cycles(samples, 0),
           (unsigned long long)samples_cycles(samples, 50), (unsigned long long)samples_cycles(samples, 99),
           (unsigned long long)samples_cycles(samples, 100));
    if (bytes != 0) {
        printf(",\"bytesPerSecond\":{\"best\":%.0f,\"p50\":%.0f}", (double)bytes / best,
               (double)bytes / median);
    }
    if (products != 0) {
        printf(",\"products\":%llu,\"productsPerSecond\":{\"best\":%.0f,\"p50\":%.0f}",
               (unsigned long long)products, (double)products / best, (double)products / median);
    }
    if (tokens != 0) {
        printf(",\"tokensPerSecond\":{\"best\":%.3f,\"p50\":%.3f}", tokens / best, tokens / median);
    }
    printf("}");
}

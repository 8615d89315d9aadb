// Times of one thing that was done many times.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SAMPLES_MAX = 4096 };

struct samples {
    uint64_t nanoseconds[SAMPLES_MAX];
    uint64_t cycles[SAMPLES_MAX];
    uint32_t count;
};

/// Forgets the oldest half when it is full.
void samples_add(struct samples *samples, uint64_t nanoseconds, uint64_t cycles);

/// The value below which `percent` of the samples lie: 0 is the least, 100 the largest. 0 without samples.
uint64_t samples_nanoseconds(const struct samples *samples, uint32_t percent);
uint64_t samples_cycles(const struct samples *samples, uint32_t percent);

/// `,"name":{...}`: times in seconds and in cycles, and, where they are not 0, how many tokens, bytes and
/// products a second they make.
void samples_print(const char *name, const struct samples *samples, uint32_t tokens, size_t bytes,
                   uint64_t products);

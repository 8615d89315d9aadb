// The one place where sizes from outside are computed: a sum or product that does not fit stays "too large"
// in everything computed from it, so that a caller adds up a whole layout and asks once, at the end.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/// A size in bytes or elements below 2^32; `valid` is false once any step did not fit.
struct ternel_size {
    uint32_t value;
    bool valid;
};

static inline struct ternel_size ternel_size_of(uint32_t value) {
    return (struct ternel_size){.value = value, .valid = true};
}

static inline struct ternel_size ternel_size_from_64(uint64_t value, bool valid) {
    bool fits = valid && value <= UINT32_MAX;
    return (struct ternel_size){.value = fits ? (uint32_t)value : 0, .valid = fits};
}

/// a + b
static inline struct ternel_size ternel_size_add(struct ternel_size a, struct ternel_size b) {
    return ternel_size_from_64((uint64_t)a.value + b.value, a.valid && b.valid);
}

/// a * b
static inline struct ternel_size ternel_size_multiply(struct ternel_size a, struct ternel_size b) {
    return ternel_size_from_64((uint64_t)a.value * b.value, a.valid && b.valid);
}

/// a / divisor, rounded up; divisor > 0
static inline struct ternel_size ternel_size_divide_up(struct ternel_size a, uint32_t divisor) {
    uint32_t quotient = a.value / divisor + (a.value % divisor != 0 ? 1 : 0);
    return (struct ternel_size){.value = quotient, .valid = a.valid};
}

/// a rounded up to a multiple of `alignment` > 0
static inline struct ternel_size ternel_size_align(struct ternel_size a, uint32_t alignment) {
    return ternel_size_multiply(ternel_size_divide_up(a, alignment), ternel_size_of(alignment));
}

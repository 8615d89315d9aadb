// Loops over vectors whose last one may be a part. Included by a kernel after its lanes_*.h.
#pragma once

#define INLINE __attribute__((always_inline)) static inline

/// BODY(i, n) for elements i to i + n - 1: whole vectors, for which n is a constant, then what is left. Two
/// in a turn spare the sigmoid a twelfth of its time.
#define EACH_VECTOR(count, BODY)                                                                             \
    do {                                                                                                     \
        const uint32_t whole = (count) - (count) % LANES;                                                    \
        _Pragma("GCC unroll 2") for (uint32_t at = 0; at < whole; at += LANES) {                             \
            BODY(at, LANES);                                                                                 \
        }                                                                                                    \
        if (whole < (count)) {                                                                               \
            BODY(whole, (count)-whole);                                                                      \
        }                                                                                                    \
    } while (0)

/// The same as BODY(i, n, turn), where `turn` is 0 and 1 in turns: two chains of instructions, of which
/// neither waits for the other.
#define EACH_VECTOR_IN_TURN(count, BODY)                                                                     \
    do {                                                                                                     \
        uint32_t at = 0;                                                                                     \
        for (; (count)-at >= 2 * LANES; at += 2 * LANES) {                                                   \
            BODY(at, LANES, 0);                                                                              \
            BODY(at + LANES, LANES, 1);                                                                      \
        }                                                                                                    \
        for (; at < (count); at += LANES) {                                                                  \
            const uint32_t left = (count)-at < LANES ? (count)-at : LANES;                                   \
            BODY(at, left, 0);                                                                               \
        }                                                                                                    \
    } while (0)

INLINE lanes load(const int32_t *from, uint32_t n) {
    return n == LANES ? lanes_load(from) : lanes_load_part(from, n);
}

INLINE void store(int32_t *to, lanes a, uint32_t n) {
    if (n == LANES) {
        lanes_store(to, a);
    } else {
        lanes_store_part(to, a, n);
    }
}

INLINE lanes load_i16(const int16_t *from, uint32_t n) {
    return n == LANES ? lanes_load_i16(from) : lanes_load_i16_part(from, n);
}

INLINE lanes load_u16(const uint16_t *from, uint32_t n) {
    return n == LANES ? lanes_load_u16(from) : lanes_load_u16_part(from, n);
}

INLINE void store_i8(int8_t *to, lanes a, uint32_t n) {
    if (n == LANES) {
        lanes_store_i8(to, a);
    } else {
        lanes_store_i8_part(to, a, n);
    }
}

// The first `n` lanes of a vector alone, for processors without masks: included by lanes_sse41.h and
// lanes_avx2.h. What is not loaded is 0.
#pragma once

static inline lanes lanes_load_part(const int32_t *from, uint32_t n) {
    int32_t values[LANES] = {0};
    memcpy(values, from, n * sizeof *from);
    return lanes_load(values);
}

static inline void lanes_store_part(int32_t *to, lanes a, uint32_t n) {
    int32_t values[LANES];
    lanes_store(values, a);
    memcpy(to, values, n * sizeof *to);
}

static inline lanes lanes_load_i16_part(const int16_t *from, uint32_t n) {
    int16_t values[LANES] = {0};
    memcpy(values, from, n * sizeof *from);
    return lanes_load_i16(values);
}

static inline lanes lanes_load_u16_part(const uint16_t *from, uint32_t n) {
    uint16_t values[LANES] = {0};
    memcpy(values, from, n * sizeof *from);
    return lanes_load_u16(values);
}

static inline void lanes_store_i8_part(int8_t *to, lanes a, uint32_t n) {
    int8_t values[LANES];
    lanes_store_i8(values, a);
    memcpy(to, values, n);
}

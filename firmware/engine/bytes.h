// Little-endian numbers in byte arrays, at any address and on any machine.
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline uint16_t ternel_read_u16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] | (uint16_t)(bytes[1] << 8));
}

static inline int16_t ternel_read_i16(const uint8_t *bytes) {
    return (int16_t)ternel_read_u16(bytes);
}

static inline uint32_t ternel_read_u32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static inline uint64_t ternel_read_u64(const uint8_t *bytes) {
    return (uint64_t)ternel_read_u32(bytes) | (uint64_t)ternel_read_u32(bytes + 4) << 32;
}

static inline bool ternel_all_zero(const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static inline void ternel_write_u32(uint8_t *bytes, uint32_t value) {
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
    bytes[2] = (uint8_t)(value >> 16);
    bytes[3] = (uint8_t)(value >> 24);
}

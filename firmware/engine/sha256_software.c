#include "sha256_software.h"

#include <string.h>

enum { BLOCK = 64, LENGTH_AT = 56 };

/// FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, int bits) {
    return value >> bits | value << (32 - bits);
}

static uint32_t read_big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void write_big_endian(uint8_t *bytes, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/// 6.2.2, with its names of the working variables.
static void compress(uint32_t state[8], const uint8_t *block) {
    uint32_t w[64];
    for (int t = 0; t < 16; t++) {
        w[t] = read_big_endian(block + (size_t)(4 * t));
    }
    for (int t = 16; t < 64; t++) {
        const uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
        const uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; t++) {
        const uint32_t sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        const uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + constants[t] + w[t];
        const uint32_t sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        const uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const uint32_t sums[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++) {
        state[i] += sums[i];
    }
}

static void start(void *context) {
    struct sha256_software *hash = context;
    // 5.3.3: of the square roots of the first eight primes.
    *hash = (struct sha256_software){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                               0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

static void update(void *context, const uint8_t *bytes, size_t size) {
    struct sha256_software *hash = context;
    const size_t held = hash->size % BLOCK;
    hash->size += size;
    if (held + size < BLOCK) {
        memcpy(hash->block + held, bytes, size);
        return;
    }
    if (held != 0) {
        memcpy(hash->block + held, bytes, BLOCK - held);
        compress(hash->state, hash->block);
        bytes += BLOCK - held;
        size -= BLOCK - held;
    }
    for (; size >= BLOCK; bytes += BLOCK, size -= BLOCK) {
        compress(hash->state, bytes);
    }
    memcpy(hash->block, bytes, size);
}

/// 5.1.1: a one bit, zeros, and the length in bits.
static void finish(void *context, uint8_t digest[TERNEL_SHA256_BYTES]) {
    struct sha256_software *hash = context;
    const uint64_t bits = 8 * hash->size;
    size_t held = hash->size % BLOCK;
    hash->block[held++] = 0x80;
    if (held > LENGTH_AT) {
        memset(hash->block + held, 0, BLOCK - held);
        compress(hash->state, hash->block);
        held = 0;
    }
    memset(hash->block + held, 0, LENGTH_AT - held);
    write_big_endian(hash->block + LENGTH_AT, (uint32_t)(bits >> 32));
    write_big_endian(hash->block + LENGTH_AT + 4, (uint32_t)bits);
    compress(hash->state, hash->block);
    for (size_t i = 0; i < 8; i++) {
        write_big_endian(digest + 4 * i, hash->state[i]);
    }
}

struct ternel_sha256 sha256_software(struct sha256_software *state) {
    return (struct ternel_sha256){.context = state, .start = start, .update = update, .finish = finish};
}

// The tests' own few lines of framework: expectations that count and say where they failed, and random
// numbers that repeat.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/// How many expectations of this process failed.
extern unsigned testing_failures;

/// Records a failed expectation (the first ones are printed).
void testing_fail(const char *file, int line, const char *condition);

#define EXPECT(condition)                                                                                    \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            testing_fail(__FILE__, __LINE__, #condition);                                                    \
        }                                                                                                    \
    } while (0)

/// Random numbers: xorshift64* (Vigna), other than the sampler's generator. Never starts from 0.
static inline uint64_t testing_random(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/// 0..limit-1
static inline uint32_t testing_below(uint64_t *state, uint32_t limit) {
    return (uint32_t)((testing_random(state) >> 32) % limit);
}

/// A vector element of 24 bits of any magnitude; now and then an extreme one.
int32_t testing_element(uint64_t *state);

/// R(value, shift) of docs/numerics.md by floor division in 128 bits.
__extension__ typedef __int128 testing_wide;
testing_wide testing_round(testing_wide value, int shift);
int32_t testing_saturate(testing_wide value);

/// A test by its name.
struct testing_test {
    const char *name;
    void (*run)(void);
};

/// What a test program's main returns: runs the test that is called `wanted`, all where it is NULL, or prints
/// their names where it is "--list". 1: an expectation failed; 2: there is no such test.
int testing_run(const struct testing_test *tests, size_t count, const char *wanted);

/// The tests, one function for each file of the engine.
void test_numerics(void);
void test_gates(void);
void test_rmsnorm(void);
void test_bitlinear(void);
void test_matvec_cpu(void);
void test_sampler(void);
void test_utf8(void);
void test_pieces(void);
void test_tokenizer(void);
void test_checked(void);
void test_container(void);
void test_arena(void);
void test_run(void);
void test_sha256_software(void);

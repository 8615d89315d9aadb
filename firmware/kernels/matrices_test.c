// Every kernel's products against sums of trits, on random and on extreme matrices.
#include <stdlib.h>
#include <string.h>

#include "kernels_testing.h"
#include "packing.h"
#include "ternel_tables.h"

#define TRIT_ROW(t0, t1, t2, t3, t4) {t0, t1, t2, t3, t4},
static const int8_t trits[256][5] = {TERNEL_TRIT_CODES(TRIT_ROW)};

enum { ALIGN = 64, UNTOUCHED = 0x5a5a5a5a };

/// A matrix in the container's packing, and activations of some tokens.
struct problem {
    struct ternel_matrix matrix;
    uint8_t *packed;
    int8_t *activations;
    int32_t *sums;
    uint16_t *mantissa;
    uint8_t *shift;
    struct ternel_rescaler *rescalers;
    struct ternel_inputs inputs;
};

static uint32_t round_up(uint32_t value, uint32_t align) {
    return (value + align - 1) / align * align;
}

static struct problem make(uint32_t rows, uint32_t columns, uint32_t tokens) {
    struct problem p = {
        .matrix = {.rows = rows,
                   .columns = columns,
                   .stride = round_up(columns, 8),
                   .groups = (rows + 4) / 5},
    };
    p.packed = malloc((size_t)p.matrix.groups * p.matrix.stride);
    p.matrix.packed = p.packed;
    p.activations = calloc(tokens, p.matrix.stride);
    p.sums = calloc(tokens, sizeof *p.sums);
    p.mantissa = calloc(tokens, sizeof *p.mantissa);
    p.shift = calloc(tokens, sizeof *p.shift);
    p.rescalers = calloc(tokens, sizeof *p.rescalers);
    p.inputs = (struct ternel_inputs){
        .values = p.activations,
        .sums = p.sums,
        .rescalers = p.rescalers,
        .stride = p.matrix.stride,
        .columns = p.matrix.stride,
        .tokens = tokens,
    };
    return p;
}

static void release(struct problem *p) {
    free(p->packed);
    free(p->activations);
    free(p->sums);
    free(p->mantissa);
    free(p->shift);
    free(p->rescalers);
}

static void sum_activations(struct problem *p) {
    for (uint32_t t = 0; t < p->inputs.tokens; t++) {
        p->sums[t] = 0;
        for (uint32_t i = 0; i < p->matrix.columns; i++) {
            p->sums[t] += p->activations[t * p->inputs.stride + i];
        }
        p->rescalers[t] = ternel_rescaler_of(p->mantissa[t], p->shift[t]);
    }
}

static int32_t expected(const struct problem *p, uint32_t row, uint32_t token) {
    const uint8_t *codes = p->packed + (size_t)(row / 5) * p->matrix.stride;
    const int8_t *activation = p->activations + (size_t)token * p->inputs.stride;
    int32_t sum = 0;
    for (uint32_t i = 0; i < p->matrix.columns; i++) {
        sum += trits[codes[i]][row % 5] * activation[i];
    }
    return sum;
}

static int32_t rescaled(const struct problem *p, int32_t sum, uint32_t token) {
    return testing_saturate(testing_round((testing_wide)sum * p->mantissa[token], p->shift[token]));
}

/// Rows first..first + rows - 1 of the matrix, packed and multiplied by one kernel.
static void check(const struct ternel_kernel *kernel, struct problem *p, uint32_t first, uint32_t rows) {
    const uint32_t tile_rows = ternel_tile_rows(kernel->packing);
    const size_t bytes = ternel_tile_bytes(kernel->packing, p->matrix.columns);
    const uint32_t stride = tile_rows + 1;
    // Blocks of their exact size, so that AddressSanitizer sees every step beyond them.
    uint8_t *tile = aligned_alloc(ALIGN, round_up((uint32_t)bytes, ALIGN));
    struct ternel_kernel_scratch *scratch = aligned_alloc(ALIGN, sizeof *scratch);
    int32_t *one = malloc(tile_rows * sizeof *one);
    int32_t *many = malloc(((size_t)(p->inputs.tokens - 1) * stride + tile_rows) * sizeof *many);
    EXPECT(tile_rows <= TERNEL_TILE_ROWS_MAX);
    for (uint32_t at = 0; at < ternel_tiles(kernel->packing, rows); at++) {
        for (uint32_t t = 0; t + 1 < p->inputs.tokens; t++) {
            many[t * stride + tile_rows] = UNTOUCHED;
        }
        ternel_pack_tile(kernel->packing, &p->matrix, first, rows, at, tile);
        kernel->multiply(tile, &p->inputs, one);
        kernel->multiply_many(tile, &p->inputs, scratch, many, stride);
        for (uint32_t i = 0; i < tile_rows; i++) {
            const uint32_t row = at * tile_rows + i;
            EXPECT(one[i] == (row < rows ? expected(p, first + row, 0) : 0));
            for (uint32_t t = 0; t < p->inputs.tokens; t++) {
                EXPECT(many[t * stride + i] ==
                       (row < rows ? rescaled(p, expected(p, first + row, t), t) : 0));
            }
        }
        for (uint32_t t = 0; t + 1 < p->inputs.tokens; t++) {
            EXPECT(many[t * stride + tile_rows] == UNTOUCHED);
        }
    }
    free(tile);
    free(scratch);
    free(one);
    free(many);
}

static void test_random(uint64_t *random) {
    for (int round = 0; round < 60; round++) {
        const uint32_t columns = 1 + testing_below(random, round % 10 == 0 ? 1600 : 200);
        struct problem p = make(1 + testing_below(random, 90), columns, 1 + testing_below(random, 13));
        for (uint32_t i = 0; i < p.matrix.groups * p.matrix.stride; i++) {
            p.packed[i] = (uint8_t)(testing_random(random) >> 32);
        }
        for (uint32_t t = 0; t < p.inputs.tokens; t++) {
            for (uint32_t i = 0; i < columns; i++) {
                p.activations[t * p.inputs.stride + i] = (int8_t)((int32_t)testing_below(random, 255) - 127);
            }
            p.mantissa[t] =
                (uint16_t)(testing_below(random, 8) == 0 ? 0 : 32768 + testing_below(random, 32768));
            p.shift[t] = (uint8_t)testing_below(random, testing_below(random, 2) == 0 ? 64 : 25);
        }
        sum_activations(&p);
        const uint32_t first = testing_below(random, p.matrix.rows);
        const uint32_t rows = 1 + testing_below(random, p.matrix.rows - first);
        FOR_EACH_KERNEL(kernel) {
            check(kernel, &p, first, rows);
        }
        release(&p);
    }
}

/// Every code with every sign at full scale, and the longest row there can be: no sum may overflow. Rescaled
/// as it is, with the least shift that leaves at most 31 bits, and with one less.
static void test_extremes(void) {
    static const uint16_t mantissa[] = {1, 65535, 65535};
    static const uint8_t shift[] = {0, 9, 8};
    for (unsigned code = 0; code < 256; code++) {
        struct problem p = make(5, code % 64 == 0 ? 32768 : 1032, 3);
        memset(p.packed, (int)code, p.matrix.stride);
        memcpy(p.mantissa, mantissa, sizeof mantissa);
        memcpy(p.shift, shift, sizeof shift);
        for (uint32_t i = 0; i < p.matrix.columns; i++) {
            p.activations[i] = 127;
            p.activations[p.inputs.stride + i] = -127;
            p.activations[2 * p.inputs.stride + i] = (int8_t)(i % 2 == 0 ? 127 : -127);
        }
        sum_activations(&p);
        FOR_EACH_KERNEL(kernel) {
            check(kernel, &p, 0, 5);
        }
        release(&p);
    }
}

/// The property that packing.h states, for all digits.
static void test_fives(void) {
    for (uint32_t value = 0; value < 243; value++) {
        uint8_t digits[5];
        for (uint32_t i = 0, rest = value; i < 5; i++, rest /= 3) {
            digits[4 - i] = (uint8_t)(rest % 3);
        }
        uint32_t u = ternel_five_byte(value);
        for (int i = 0; i < 5; i++) {
            const uint32_t next = 3 * u % 256;
            EXPECT(3 * u - next == 256U * digits[i] && 3 * u / 256 == digits[i]);
            u = next;
        }
    }
}

void test_matrices(void) {
    uint64_t random = 11;
    test_fives();
    test_random(&random);
    test_extremes();
}

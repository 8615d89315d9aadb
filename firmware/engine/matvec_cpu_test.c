#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "ternel_tables.h"
#include "testing.h"

#define TRIT_ROW(t0, t1, t2, t3, t4) {t0, t1, t2, t3, t4},
static const int8_t trits[256][5] = {TERNEL_TRIT_CODES(TRIT_ROW)};

/// Checks one matrix against plain sums.
static void check(const struct ternel_matrix *matrix, const int8_t *activation, uint32_t mantissa,
                  uint32_t shift) {
    int32_t *out = calloc(matrix->rows, sizeof *out);
    EXPECT(ternel_backend_cpu.multiply(NULL, matrix, activation, (uint16_t)mantissa, (uint8_t)shift, out) ==
           TERNEL_OK);
    for (uint32_t row = 0; row < matrix->rows; row++) {
        int64_t sum = 0;
        for (uint32_t i = 0; i < matrix->stride; i++) {
            sum += trits[matrix->packed[row / 5 * matrix->stride + i]][row % 5] * activation[i];
        }
        EXPECT(out[row] == testing_saturate(testing_round((testing_wide)sum * mantissa, (int)shift)));
    }
    free(out);
}

static struct ternel_matrix make(uint32_t rows, uint32_t stride, uint8_t **packed) {
    uint32_t groups = (rows + 4) / 5;
    *packed = malloc((size_t)groups * stride);
    return (struct ternel_matrix){
        .packed = *packed, .rows = rows, .columns = stride, .stride = stride, .groups = groups};
}

static void test_random(uint64_t *random) {
    for (int round = 0; round < 300; round++) {
        uint8_t *packed = NULL;
        uint32_t stride = 8 * (1 + testing_below(random, round % 10 == 0 ? 200 : 20));
        struct ternel_matrix matrix = make(1 + testing_below(random, 30), stride, &packed);
        for (uint32_t i = 0; i < matrix.groups * stride; i++) {
            packed[i] = (uint8_t)(testing_random(random) >> 32);
        }
        int8_t *activation = malloc(stride);
        for (uint32_t i = 0; i < stride; i++) {
            activation[i] = (int8_t)((int32_t)testing_below(random, 255) - 127);
        }
        check(&matrix, activation, 32768 + testing_below(random, 32768), testing_below(random, 64));
        free(activation);
        free(packed);
    }
}

/// Every code with every sign at full scale, and the longest row there can be: no lane may overflow.
static void test_extremes(void) {
    for (unsigned code = 0; code < 256; code++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            uint8_t *packed = NULL;
            struct ternel_matrix matrix = make(5, code % 16 == 0 ? 32768 : 264, &packed);
            int8_t *activation = malloc(matrix.stride);
            memset(packed, (int)code, matrix.stride);
            memset(activation, sign * 127, matrix.stride);
            check(&matrix, activation, 65535, 16);
            free(activation);
            free(packed);
        }
    }
}

void test_matvec_cpu(void) {
    uint64_t random = 5;
    test_random(&random);
    test_extremes();
}

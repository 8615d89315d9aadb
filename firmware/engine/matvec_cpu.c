// The ternary matrix times a vector on the CPU. A byte holds one column of five rows; its table entry holds
// the five trits as lanes of two words, so two multiplications by the activation add it to all five sums at
// once:
//
//     first  = t0 + t1 * 2^11 + t2 * 2^22     four columns fit: 4 * 127 = 508, and the top lane has 10 bits
//     second = t3 + t4 * 2^16                 256 columns fit: 256 * 127 = 32512, and a lane has 16 bits
//
// Each sum of `first` starts from a bias that makes all its lanes positive, so that the lanes come apart by
// shifts and masks.
#include "engine.h"
#include "numerics.h"
#include "ternel_tables.h"

enum {
    TRITS = 5,
    COLUMNS_AT_ONCE = 4,
    COLUMNS_PER_BLOCK = 256,
    LANE_BIAS = 512,
};
_Static_assert(COLUMNS_AT_ONCE * 127 < LANE_BIAS, "the lanes of the first word would overflow");
_Static_assert(COLUMNS_PER_BLOCK * 127 < 32768, "the lanes of the second word would overflow");
_Static_assert(8 % COLUMNS_AT_ONCE == 0, "the stride of a matrix is a multiple of 8");

static const uint32_t first_bias = LANE_BIAS + (LANE_BIAS << 11) + ((uint32_t)LANE_BIAS << 22);

struct trit_lanes {
    int32_t first;
    int32_t second;
};

#define TRIT_LANES(t0, t1, t2, t3, t4)                                                                       \
    {.first = (t0) + (t1)*2048 + (t2)*4194304, .second = (t3) + (t4)*65536},
static const struct trit_lanes trit_lanes[256] = {TERNEL_TRIT_CODES(TRIT_LANES)};
#undef TRIT_LANES

/// Adds `columns` <= 256 (a multiple of four) columns of one row group to its five sums.
static void add_block(const uint8_t *codes, const int8_t *activation, uint32_t columns, int32_t sums[TRITS]) {
    uint32_t sum0 = 0;
    uint32_t sum1 = 0;
    uint32_t sum2 = 0;
    int32_t second = 0;
    const uint8_t *end = codes + columns;
    for (; codes != end; codes += COLUMNS_AT_ONCE, activation += COLUMNS_AT_ONCE) {
        const struct trit_lanes *lanes0 = &trit_lanes[codes[0]];
        const struct trit_lanes *lanes1 = &trit_lanes[codes[1]];
        const struct trit_lanes *lanes2 = &trit_lanes[codes[2]];
        const struct trit_lanes *lanes3 = &trit_lanes[codes[3]];
        int32_t value0 = activation[0];
        int32_t value1 = activation[1];
        int32_t value2 = activation[2];
        int32_t value3 = activation[3];
        uint32_t first = first_bias + (uint32_t)(lanes0->first * value0 + lanes1->first * value1 +
                                                 lanes2->first * value2 + lanes3->first * value3);
        second += lanes0->second * value0 + lanes1->second * value1 + lanes2->second * value2 +
                  lanes3->second * value3;
        sum0 += first & 2047;
        sum1 += (first >> 11) & 2047;
        sum2 += first >> 22;
    }
    int32_t bias = (int32_t)(columns / COLUMNS_AT_ONCE) * LANE_BIAS;
    int32_t low = (int16_t)(uint16_t)second;
    sums[0] += (int32_t)sum0 - bias;
    sums[1] += (int32_t)sum1 - bias;
    sums[2] += (int32_t)sum2 - bias;
    sums[3] += low;
    sums[4] += (second - low) >> 16;
}

static enum ternel_error multiply(void *context, const struct ternel_matrix *matrix, const int8_t *activation,
                                  uint16_t mantissa, uint8_t shift, int32_t *out) {
    (void)context;
    const uint8_t *codes = matrix->packed;
    for (uint32_t row = 0; row < matrix->rows; row += TRITS) {
        int32_t sums[TRITS] = {0};
        for (uint32_t column = 0; column < matrix->stride; column += COLUMNS_PER_BLOCK) {
            uint32_t rest = matrix->stride - column;
            uint32_t columns = rest < COLUMNS_PER_BLOCK ? rest : COLUMNS_PER_BLOCK;
            add_block(codes + column, activation + column, columns, sums);
        }
        codes += matrix->stride;
        uint32_t rows = matrix->rows - row < TRITS ? matrix->rows - row : TRITS;
        for (uint32_t i = 0; i < rows; i++) {
            // At most 32768 columns of 127 times 16 bits: below 2^38.
            out[row + i] = ternel_round_shift_saturate((int64_t)sums[i] * mantissa, shift, 38);
        }
    }
    return TERNEL_OK;
}

const struct ternel_backend ternel_backend_cpu = {.name = "cpu", .context = NULL, .multiply = multiply};

#include "packing.h"

#include "numerics.h"
#include "ternel_container.h"
#include "ternel_tables.h"

/// The digits of a byte of the container, one array for each of its rows.
#define DIGIT_0(t0, t1, t2, t3, t4) (t0) + 1,
#define DIGIT_1(t0, t1, t2, t3, t4) (t1) + 1,
#define DIGIT_2(t0, t1, t2, t3, t4) (t2) + 1,
#define DIGIT_3(t0, t1, t2, t3, t4) (t3) + 1,
#define DIGIT_4(t0, t1, t2, t3, t4) (t4) + 1,
#define DIGIT_OF_ZERO(t0, t1, t2, t3, t4) 1,
static const uint8_t container_digits[TERNEL_CONTAINER_ROWS_PER_BYTE][256] = {
    {TERNEL_TRIT_CODES(DIGIT_0)}, {TERNEL_TRIT_CODES(DIGIT_1)}, {TERNEL_TRIT_CODES(DIGIT_2)},
    {TERNEL_TRIT_CODES(DIGIT_3)}, {TERNEL_TRIT_CODES(DIGIT_4)},
};
/// What a row beyond the matrix has, whatever the byte.
static const uint8_t zero_digits[256] = {TERNEL_TRIT_CODES(DIGIT_OF_ZERO)};

/// One row of the tile: where the container has its bytes, and how to read them.
struct source_row {
    const uint8_t *bytes;
    const uint8_t *digits; ///< [256]
};

uint32_t ternel_tiles(struct ternel_packing packing, uint32_t rows) {
    const uint32_t tile_rows = ternel_tile_rows(packing);
    return rows / tile_rows + (rows % tile_rows != 0);
}

static uint32_t block_columns(uint32_t columns) {
    return (columns + TERNEL_BLOCK_COLUMNS - 1) / TERNEL_BLOCK_COLUMNS * TERNEL_BLOCK_COLUMNS;
}

size_t ternel_tile_bytes(struct ternel_packing packing, uint32_t columns) {
    return (size_t)block_columns(columns) * packing.lines;
}

/// Eight bytes: those of eight columns in `trits` rows that are `lines` apart.
static void pack_block(struct ternel_packing packing, const struct source_row *row, uint32_t block,
                       uint8_t *out) {
    const uint32_t base = packing.trits == 4 ? 4 : 3;
    uint32_t values[TERNEL_BLOCK_COLUMNS] = {0};
    // Two bits a weight: the first row's digit is the lowest. Five to a byte: it is the highest.
    for (uint32_t i = 0; i < packing.trits; i++) {
        const uint32_t at = base == 4 ? packing.trits - 1 - i : i;
        const uint8_t *bytes = row[at * packing.lines].bytes + block;
        const uint8_t *digits = row[at * packing.lines].digits;
        TERNEL_UNROLL(8)
        for (uint32_t column = 0; column < TERNEL_BLOCK_COLUMNS; column++) {
            values[column] = values[column] * base + digits[bytes[column]];
        }
    }
    TERNEL_UNROLL(8)
    for (uint32_t column = 0; column < TERNEL_BLOCK_COLUMNS; column++) {
        out[column] = base == 4 ? (uint8_t)values[column] : ternel_five_byte(values[column]);
    }
}

void ternel_pack_tile(struct ternel_packing packing, const struct ternel_matrix *matrix, uint32_t first,
                      uint32_t rows, uint32_t tile, uint8_t *out) {
    struct source_row source[TERNEL_TILE_ROWS_MAX];
    const uint32_t tile_rows = ternel_tile_rows(packing);
    for (uint32_t i = 0; i < tile_rows; i++) {
        const uint32_t row = tile * tile_rows + i;
        source[i] = (struct source_row){.bytes = matrix->packed, .digits = zero_digits};
        if (row < rows) {
            const uint32_t at = first + row;
            source[i].bytes += (size_t)(at / TERNEL_CONTAINER_ROWS_PER_BYTE) * matrix->stride;
            source[i].digits = container_digits[at % TERNEL_CONTAINER_ROWS_PER_BYTE];
        }
    }
    // The stride is a multiple of 8 and at least the columns, so no byte beyond the matrix is read.
    const uint32_t columns = block_columns(matrix->columns);
    for (uint32_t block = 0; block < columns; block += TERNEL_BLOCK_COLUMNS) {
        for (uint32_t line = 0; line < packing.lines; line++, out += TERNEL_BLOCK_COLUMNS) {
            pack_block(packing, source + line, block, out);
        }
    }
}

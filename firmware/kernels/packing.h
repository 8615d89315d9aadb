// Repacking a matrix of the container for a kernel.
//
// A weight is stored as its digit, trit + 1. Four to a byte: digit j in bits 2j and 2j + 1. Five to a byte:
// the byte u is 256 / 243 times the number v whose digits in base 3 they are, the first row's digit first,
// rounded up. Then
//
//     digit 0 = floor(3 u / 256), and 3 u mod 256 holds the other four in the same way:
//     u[0] = u, u[j+1] = 3 u[j] mod 256, digit j = (3 u[j] - u[j+1]) / 256
//
// which is linear: a sum of digits times activations is (3 D[j] - D[j+1]) / 256 with D[j] the sum of u[j]
// times the activations. So a kernel with a fast product of bytes takes six sums of products and no digit
// apart.
#pragma once

#include <stddef.h>

#include "kernel.h"

/// The byte of five digits that are `value` in base 3, 0..242.
static inline uint8_t ternel_five_byte(uint32_t value) {
    return (uint8_t)((256 * value + 242) / 243);
}

static inline uint32_t ternel_tile_rows(struct ternel_packing packing) {
    return (uint32_t)packing.trits * packing.lines;
}

/// Tiles of a matrix of that many rows.
uint32_t ternel_tiles(struct ternel_packing packing, uint32_t rows);

/// Bytes of a tile of that many columns.
size_t ternel_tile_bytes(struct ternel_packing packing, uint32_t columns);

/// Writes tile number `tile` of the matrix that rows `first` to `first + rows - 1` of `matrix` are. Rows and
/// columns beyond the matrix become zeros.
void ternel_pack_tile(struct ternel_packing packing, const struct ternel_matrix *matrix, uint32_t first,
                      uint32_t rows, uint32_t tile, uint8_t *out);

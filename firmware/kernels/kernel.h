// A kernel: how one kind of processor multiplies by ternary matrices and does the work between them. All
// kernels give the same bits; they differ in how the weights lie in memory and in the instructions they use.
#pragma once

#include <stdint.h>

#include "container.h"
#include "numerics.h"
#include "platform.h"

/// How a repacked matrix lies in memory. It is cut into tiles of `trits * lines` rows; a tile is a sequence
/// of blocks of eight columns, each of `lines * 8` bytes. Byte 8 * line + column of a block holds the weights
/// of that column in the tile's rows line, lines + line, 2 * lines + line, ... (packing.h says how).
struct ternel_packing {
    uint8_t trits; ///< weights in a byte: 4 (two bits each) or 5 (base 3)
    uint8_t lines; ///< 1, 2, 4 or 8
};

enum {
    TERNEL_BLOCK_COLUMNS = 8,
    /// Rows of the largest tile.
    TERNEL_TILE_ROWS_MAX = 40,
    /// Columns that share one unpacked piece of a tile; a sum of this many digits (0..2) times int8 in pairs
    /// fits 16 bits: 512 / 8 * 2 * 2 * 127 = 32512.
    TERNEL_PIECE_COLUMNS = 512,
};

/// What `multiply_many` needs.
struct ternel_kernel_scratch {
    /// A piece, unpacked to at most one byte a weight.
    _Alignas(64) uint8_t factors[TERNEL_PIECE_COLUMNS * TERNEL_TILE_ROWS_MAX];
    /// For each token the sums of a tile in two lanes a row.
    _Alignas(64) uint8_t totals[TERNEL_COLUMNS_MAX * TERNEL_TILE_ROWS_MAX * 2 * sizeof(int32_t)];
};

/// How a row's sum becomes an element: S24(R(sum * mantissa, shift)).
struct ternel_rescaler {
    uint16_t mantissa;
    uint8_t shift; ///< 0 to 63
    float scale;   ///< the same as one number, exactly: mantissa * 2^-shift
};

/// The activations of one or several tokens.
struct ternel_inputs {
    const int8_t *values; ///< token t's at values + t * stride, zeros beyond the matrix's columns
    const int32_t *sums;  ///< for each token the sum of its activations
    const struct ternel_rescaler *rescalers; ///< for each token; only multiply_many wants them
    uint32_t stride;                         ///< a multiple of 8
    uint32_t columns;                        ///< a multiple of 8, at most 32768
    uint32_t tokens;
};

/// A gain of the container, with its values as a kernel wants them: its own, unless the kernel spreads them.
struct ternel_kernel_gain {
    const struct ternel_gain *source;
    const void *values;
};

/// The work between the matrices; each function gives the bits of its namesake in the engine (numerics.h,
/// rmsnorm.h, bitlinear.h, gates.h). Vectors may begin at any multiple of their elements' size.
struct ternel_vector_work {
    uint64_t (*sum_of_squares)(const int32_t *input, uint32_t count);
    /// For a value that is not 0.
    struct ternel_scale (*reciprocal_sqrt)(uint64_t value);
    /// Writes a gain's values as the next three functions want them, of 32 bits each; NULL: as they are.
    void (*spread_gain)(const struct ternel_gain *gain, void *values);
    void (*rmsnorm)(const int32_t *input, uint64_t squares, const struct ternel_kernel_gain *by,
                    uint32_t fraction, int32_t *restrict out);
    /// The largest |input * gain|; of its bits those below the upper sixteen may be missing.
    uint64_t (*largest_product)(const int32_t *input, const struct ternel_kernel_gain *by);
    /// Returns the sum of the activations.
    int32_t (*quantise)(const int32_t *input, const struct ternel_kernel_gain *by, int32_t factor, int32_t k,
                        int8_t *restrict activation);
    void (*forget_gate)(int32_t *gate, uint32_t count, uint32_t fraction, const uint16_t *lower_bound);
    /// Unlike its namesake it has the candidate first, and leaves the new state there.
    void (*update_state)(int32_t *restrict candidate, const int32_t *forget, const int32_t *state,
                         uint32_t count, uint32_t fraction);
    void (*gate_output)(int32_t *restrict out, const int32_t *normed, const int32_t *state, uint32_t count,
                        uint32_t fraction, uint32_t shift);
    void (*gate_linear_unit)(int32_t *restrict gate, const int32_t *up, uint32_t count, uint32_t fraction,
                             uint32_t shift);
    void (*add_residual)(int32_t *restrict residual, const int32_t *update, uint32_t count);
    /// values = S24(R(values * mantissa, shift)) for |values| <= 127 * 32768, shift <= 63
    void (*rescale)(int32_t *values, uint32_t count, uint16_t mantissa, uint8_t shift);
};

static inline struct ternel_rescaler ternel_rescaler_of(uint16_t mantissa, uint8_t shift) {
    return (struct ternel_rescaler){
        .mantissa = mantissa, .shift = shift, .scale = (float)mantissa / (float)(UINT64_C(1) << shift)};
}

struct ternel_kernel {
    const char *name;
    uint32_t features; ///< what the processor must have: TERNEL_CPU_... (cpu_features.h)
    struct ternel_packing packing;
    /// sums[row] = sum(trit * activation) for all rows of one tile and the first token of `inputs`.
    void (*multiply)(const uint8_t *tile, const struct ternel_inputs *inputs, int32_t *sums);
    /// The same for all tokens, and rescaled: token t's rows go to values + t * stride.
    void (*multiply_many)(const uint8_t *tile, const struct ternel_inputs *inputs,
                          struct ternel_kernel_scratch *scratch, int32_t *values, uint32_t stride);
    /// Products of bytes that multiply_many makes for packing.trits weights: as many, or fewer where it gets
    /// rows out of the sums of others.
    uint8_t products;
    /// The arithmetic of multiply_many and nothing else, `rounds` times: as many sums as it keeps in
    /// registers, with their operands in registers as well. Returns how many products of bytes that were:
    /// their number a second is what no prompt can exceed. NULL: the kernel multiplies no bytes.
    uint64_t (*peak)(uint32_t rounds);
    const struct ternel_vector_work *vector;
};

extern const struct ternel_kernel ternel_kernel_plain;
extern const struct ternel_kernel ternel_kernel_sse41;
extern const struct ternel_kernel ternel_kernel_avx2;
extern const struct ternel_kernel ternel_kernel_avx512;
extern const struct ternel_kernel ternel_kernel_avx512_vnni;

/// All kernels of this build, the slowest first; the array ends with NULL.
extern const struct ternel_kernel *const ternel_kernels[];

/// The fastest kernel for a processor with these features.
const struct ternel_kernel *ternel_kernel_best(uint32_t features);

/// The kernel of this name, or NULL.
const struct ternel_kernel *ternel_kernel_named(const char *name);

// The reader of the model container (docs/formats.md). It derives every offset from the header's counts and
// hands out pointers into the caller's bytes: nothing is copied, nothing is trusted before it was checked.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "platform.h"
#include "ternel_container.h"

/// The counts of the header.
struct ternel_shape {
    uint32_t total_bytes;
    uint32_t vocabulary;
    uint32_t dimension;
    uint32_t layers;
    uint32_t intermediate;
    uint32_t column_align; ///< always 64
    uint32_t token_count;
    uint32_t token_text_bytes;
    uint32_t merge_count;
    uint32_t command_bytes;
    uint32_t start_token;
    uint32_t end_token;
};

/// Where each array begins, in bytes from the start of the container; `end` is the total size.
struct ternel_offsets {
    uint32_t token_offset;
    uint32_t byte_token;
    uint32_t merges;
    uint32_t text;
    uint32_t fraction;
    uint32_t layer_fraction;
    uint32_t gains;            ///< the first layer's first gain
    uint32_t layer_gain_bytes; ///< all nine gains of a layer
    uint32_t scales;
    uint32_t embedding_scales;
    uint32_t lower_bounds;
    uint32_t lower_bound_bytes; ///< of one layer, padded
    uint32_t embedding;
    uint32_t embedding_stride;   ///< bytes of one row, padded
    uint32_t layer_weights;      ///< the first layer's first matrix
    uint32_t layer_weight_bytes; ///< all six matrices of a layer
    uint32_t head_weights;
    uint32_t commands; ///< the accelerator's command list, shape.command_bytes long; nothing in it is checked
    uint32_t trailer;
    uint32_t end;
};

/// A container that passed every check: the bytes stay the caller's and must not change.
struct ternel_container {
    const uint8_t *bytes;
    struct ternel_shape shape;
    struct ternel_offsets at;
    const char *name;      ///< printable ASCII, ends with a zero, at most 31 characters
    const uint8_t *digest; ///< the SHA-256 of the trailer, 32 bytes
    uint8_t residual_fraction;
    uint8_t final_fraction;
    uint8_t logits_fraction;
};

/// The gain of one norm: `values` int16 little-endian (read them with `ternel_read_i16`, or directly: the
/// machine is little-endian and the array is 64-byte aligned), `fraction` (0..20) and the epsilon term.
struct ternel_gain {
    const int16_t *values;
    uint32_t count;
    uint32_t fraction;
    uint64_t epsilon;
};

/// Everything of one layer, in the orders of ternel_container.h (TERNEL_LAYER_MATRIX_FORGET, ...);
/// lower_bound[d] is Q16.
struct ternel_layer {
    struct ternel_matrix matrix[TERNEL_LAYER_MATRIX_COUNT];
    struct ternel_gain gain[TERNEL_LAYER_GAIN_COUNT];
    uint8_t fraction[TERNEL_LAYER_FRACTION_COUNT];
    const uint16_t *lower_bound;
};

/// The final norm and the matrix behind it.
struct ternel_head {
    struct ternel_gain norm;
    struct ternel_gain gain;
    struct ternel_matrix matrix;
};

/// Checks the header alone and computes the container's size from its counts: what a boot stage needs before
/// it copies. `available` is the room in which the container lies (at least the header is there);
/// `total_bytes` gets its size.
enum ternel_error ternel_container_measure(const uint8_t *bytes, size_t available,
                                           uint32_t *total_bytes) TERNEL_MUST_CHECK;

/// Checks all of it, the hash and every table included, and fills in `container`. `bytes` is aligned to 64
/// and `size` is the container's exact size. `sha256` is NULL where a boot stage has just verified the hash
/// of these very bytes.
enum ternel_error ternel_container_open(struct ternel_container *container, const uint8_t *bytes, size_t size,
                                        const struct ternel_sha256 *sha256) TERNEL_MUST_CHECK;

/// Pointers to one layer's arrays; `index` < shape.layers.
void ternel_container_layer(const struct ternel_container *container, uint32_t index,
                            struct ternel_layer *layer);
void ternel_container_head(const struct ternel_container *container, struct ternel_head *head);

/// Bytes of weights that one token reads (the embedding's one row included).
uint32_t ternel_container_weight_bytes_per_token(const struct ternel_container *container);

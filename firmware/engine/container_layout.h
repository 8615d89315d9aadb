// Where everything in a container lies: derived from the header's counts, by checked arithmetic, in this one
// place.
#pragma once

#include <stdbool.h>

#include "checked.h"
#include "container.h"

/// Bytes of one record of the tables that are no fields of the header.
#define TERNEL_MERGE_BYTES 16u
#define TERNEL_SCALE_BYTES 4u
#define TERNEL_LAYER_FRACTION_BYTES 16u

/// Computes all offsets from the counts. False when the total does not fit 32 bits.
bool ternel_derive_offsets(const struct ternel_shape *shape, struct ternel_offsets *at);

/// Bytes of a gain of `count` values, its fraction, epsilon and padding included.
struct ternel_size ternel_gain_bytes(uint32_t count);

/// Bytes of a packed matrix with its padding.
struct ternel_size ternel_matrix_bytes(struct ternel_size rows, uint32_t columns, uint32_t column_align);

/// Checks every field of the header (`bytes`: at least 128) and derives the offsets.
enum ternel_error ternel_container_read_header(const uint8_t *bytes, struct ternel_shape *shape,
                                               struct ternel_offsets *at) TERNEL_MUST_CHECK;

// Pointers into a container that passed every check.
#include <string.h>

#include "bytes.h"
#include "container_layout.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "gains and bounds are read in place");

enum { GAIN_EPSILON_OFFSET = 8 };

/// Reads the gain at `*cursor` and moves the cursor behind it.
static struct ternel_gain next_gain(const uint8_t **cursor, uint32_t count) {
    const uint8_t *record = *cursor;
    *cursor += ternel_gain_bytes(count).value;
    return (struct ternel_gain){
        .values = (const int16_t *)(const void *)(record + TERNEL_CONTAINER_GAIN_HEADER_BYTES),
        .count = count,
        .fraction = ternel_read_u32(record),
        .epsilon = ternel_read_u64(record + GAIN_EPSILON_OFFSET),
    };
}

/// The matrix at `*cursor`, with its scale; moves both cursors behind it.
static struct ternel_matrix next_matrix(const struct ternel_container *container, const uint8_t **cursor,
                                        const uint8_t **scale, uint32_t rows, uint32_t columns) {
    uint32_t align = container->shape.column_align;
    struct ternel_matrix matrix = {
        .packed = *cursor,
        .rows = rows,
        .columns = columns,
        .stride = ternel_size_align(ternel_size_of(columns), align).value,
        .groups = ternel_size_divide_up(ternel_size_of(rows), TERNEL_CONTAINER_ROWS_PER_BYTE).value,
        .mantissa = ternel_read_u16(*scale),
        .exponent = ternel_read_i16(*scale + 2),
    };
    *cursor += ternel_matrix_bytes(ternel_size_of(rows), columns, align).value;
    *scale += TERNEL_SCALE_BYTES;
    return matrix;
}

void ternel_container_layer(const struct ternel_container *container, uint32_t index,
                            struct ternel_layer *layer) {
    const struct ternel_shape *shape = &container->shape;
    const struct ternel_offsets *at = &container->at;
    uint32_t d = shape->dimension;
    uint32_t intermediate = shape->intermediate;

    const uint8_t *gain = container->bytes + at->gains + index * at->layer_gain_bytes;
    for (uint32_t i = 0; i < TERNEL_LAYER_GAIN_COUNT; i++) {
        layer->gain[i] = next_gain(&gain, i == TERNEL_LAYER_GAIN_DOWN ? intermediate : d);
    }
    const uint8_t *packed = container->bytes + at->layer_weights + index * at->layer_weight_bytes;
    const uint8_t *scale =
        container->bytes + at->scales + index * TERNEL_LAYER_MATRIX_COUNT * TERNEL_SCALE_BYTES;
    for (uint32_t i = 0; i < TERNEL_LAYER_MATRIX_COUNT; i++) {
        uint32_t rows = i == TERNEL_LAYER_MATRIX_GATE_UP ? 2 * intermediate : d;
        layer->matrix[i] =
            next_matrix(container, &packed, &scale, rows, i == TERNEL_LAYER_MATRIX_DOWN ? intermediate : d);
    }
    const uint8_t *fraction = container->bytes + at->layer_fraction + index * TERNEL_LAYER_FRACTION_BYTES;
    memcpy(layer->fraction, fraction, sizeof layer->fraction);
    const uint8_t *bounds = container->bytes + at->lower_bounds + index * at->lower_bound_bytes;
    layer->lower_bound = (const uint16_t *)(const void *)bounds;
}

void ternel_container_head(const struct ternel_container *container, struct ternel_head *head) {
    const struct ternel_shape *shape = &container->shape;
    const struct ternel_offsets *at = &container->at;
    const uint8_t *gain = container->bytes + at->gains + shape->layers * at->layer_gain_bytes;
    head->norm = next_gain(&gain, shape->dimension);
    head->gain = next_gain(&gain, shape->dimension);
    const uint8_t *packed = container->bytes + at->head_weights;
    const uint8_t *scale =
        container->bytes + at->scales + shape->layers * TERNEL_LAYER_MATRIX_COUNT * TERNEL_SCALE_BYTES;
    head->matrix = next_matrix(container, &packed, &scale, shape->vocabulary, shape->dimension);
}

uint32_t ternel_container_weight_bytes_per_token(const struct ternel_container *container) {
    const struct ternel_offsets *at = &container->at;
    return at->commands - at->layer_weights + container->shape.dimension;
}

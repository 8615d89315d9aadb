#include "container_layout.h"

#include "checked.h"

enum {
    SQUARE_MATRICES = TERNEL_LAYER_MATRIX_GATE_UP
}; // i, f, g, o; then gate and down, which are not square
_Static_assert(TERNEL_LAYER_MATRIX_COUNT == SQUARE_MATRICES + 2, "the last two matrices are gate and down");
_Static_assert((uint32_t)TERNEL_LAYER_FRACTION_COUNT <= TERNEL_LAYER_FRACTION_BYTES,
               "a layer's fractions must fit their record");

struct ternel_size ternel_gain_bytes(uint32_t count) {
    struct ternel_size values = ternel_size_multiply(ternel_size_of(count), ternel_size_of(2));
    return ternel_size_align(ternel_size_add(ternel_size_of(TERNEL_CONTAINER_GAIN_HEADER_BYTES), values),
                             TERNEL_CONTAINER_TABLE_ALIGN);
}

struct ternel_size ternel_matrix_bytes(struct ternel_size rows, uint32_t columns, uint32_t column_align) {
    struct ternel_size groups = ternel_size_divide_up(rows, TERNEL_CONTAINER_ROWS_PER_BYTE);
    struct ternel_size stride = ternel_size_align(ternel_size_of(columns), column_align);
    return ternel_size_align(ternel_size_multiply(groups, stride), TERNEL_CONTAINER_ALIGN);
}

/// Takes `count` records of `record` bytes from `cursor`, which first moves to a multiple of `align`: returns
/// where they begin.
static uint32_t take(struct ternel_size *cursor, uint32_t align, struct ternel_size count,
                     struct ternel_size record) {
    struct ternel_size start = ternel_size_align(*cursor, align);
    *cursor = ternel_size_add(start, ternel_size_multiply(count, record));
    return start.value;
}

bool ternel_derive_offsets(const struct ternel_shape *shape, struct ternel_offsets *at) {
    struct ternel_size cursor = ternel_size_of(TERNEL_CONTAINER_HEADER_BYTES);
    struct ternel_size one = ternel_size_of(1);
    struct ternel_size d = ternel_size_of(shape->dimension);
    struct ternel_size layers = ternel_size_of(shape->layers);
    struct ternel_size vocabulary = ternel_size_of(shape->vocabulary);

    // Tokenizer
    struct ternel_size tokens = ternel_size_add(ternel_size_of(shape->token_count), one);
    at->token_offset = take(&cursor, TERNEL_CONTAINER_ALIGN, tokens, ternel_size_of(4));
    at->byte_token = take(&cursor, 1, ternel_size_of(256), ternel_size_of(4));
    at->merges = take(&cursor, 1, ternel_size_of(shape->merge_count), ternel_size_of(TERNEL_MERGE_BYTES));
    at->text = take(&cursor, 1, ternel_size_of(shape->token_text_bytes), one);

    // Tables
    at->fraction = take(&cursor, TERNEL_CONTAINER_ALIGN, one, ternel_size_of(4));
    at->layer_fraction =
        take(&cursor, TERNEL_CONTAINER_TABLE_ALIGN, layers, ternel_size_of(TERNEL_LAYER_FRACTION_BYTES));
    struct ternel_size d_gain = ternel_gain_bytes(shape->dimension);
    struct ternel_size down_gain = ternel_gain_bytes(shape->intermediate);
    struct ternel_size layer_gains =
        ternel_size_add(ternel_size_multiply(ternel_size_of(TERNEL_LAYER_GAIN_COUNT - 1), d_gain), down_gain);
    at->layer_gain_bytes = layer_gains.value;
    at->gains = take(&cursor, TERNEL_CONTAINER_TABLE_ALIGN, layers, layer_gains);
    take(&cursor, TERNEL_CONTAINER_TABLE_ALIGN, ternel_size_of(2), d_gain);
    struct ternel_size scales = ternel_size_multiply(layers, ternel_size_of(TERNEL_LAYER_MATRIX_COUNT));
    at->scales = take(&cursor, TERNEL_CONTAINER_TABLE_ALIGN, ternel_size_add(scales, one),
                      ternel_size_of(TERNEL_SCALE_BYTES));
    at->embedding_scales =
        take(&cursor, TERNEL_CONTAINER_TABLE_ALIGN, vocabulary, ternel_size_of(TERNEL_SCALE_BYTES));
    struct ternel_size bounds =
        ternel_size_align(ternel_size_multiply(d, ternel_size_of(2)), TERNEL_CONTAINER_TABLE_ALIGN);
    at->lower_bound_bytes = bounds.value;
    at->lower_bounds = take(&cursor, TERNEL_CONTAINER_TABLE_ALIGN, layers, bounds);

    // Weights
    uint32_t align = shape->column_align;
    struct ternel_size square = ternel_matrix_bytes(d, shape->dimension, align);
    struct ternel_size gate_rows =
        ternel_size_multiply(ternel_size_of(2), ternel_size_of(shape->intermediate));
    struct ternel_size gate = ternel_matrix_bytes(gate_rows, shape->dimension, align);
    struct ternel_size down = ternel_matrix_bytes(d, shape->intermediate, align);
    struct ternel_size layer_weights = ternel_size_multiply(ternel_size_of(SQUARE_MATRICES), square);
    layer_weights = ternel_size_add(ternel_size_add(layer_weights, gate), down);
    at->layer_weight_bytes = layer_weights.value;
    struct ternel_size embedding_row = ternel_size_align(d, align);
    at->embedding_stride = embedding_row.value;
    at->embedding = take(&cursor, TERNEL_CONTAINER_ALIGN, vocabulary, embedding_row);
    at->layer_weights = take(&cursor, TERNEL_CONTAINER_ALIGN, layers, layer_weights);
    at->head_weights =
        take(&cursor, TERNEL_CONTAINER_ALIGN, one, ternel_matrix_bytes(vocabulary, shape->dimension, align));

    at->commands = take(&cursor, TERNEL_CONTAINER_ALIGN, one, ternel_size_of(shape->command_bytes));
    at->trailer = take(&cursor, TERNEL_CONTAINER_ALIGN, one, ternel_size_of(TERNEL_CONTAINER_TRAILER_BYTES));
    at->end = cursor.value;
    return cursor.valid;
}

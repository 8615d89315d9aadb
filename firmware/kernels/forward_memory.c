// The memory of ternel_forward: its layout, and the repacking of the weights.
#include "forward.h"

#include "packing.h"
#include "streaming.h"

_Static_assert(sizeof(size_t) == 8,
               "sizes are computed in 64 bits, which the container's limits cannot fill");

enum { ALIGN = 64, LINE_ELEMENTS = ALIGN / sizeof(int32_t) };

/// Places arrays one behind the other; without memory it only counts.
struct cursor {
    uint8_t *memory;
    size_t at;
};

static void *take(struct cursor *cursor, size_t count, size_t element) {
    void *place = cursor->memory == NULL ? NULL : cursor->memory + cursor->at;
    cursor->at += (count * element + ALIGN - 1) / ALIGN * ALIGN;
    return place;
}

/// Elements from one token's vector to the next one's: an odd number of cache lines. A power of two would
/// put the same element of all tokens into the same few places of the caches.
static uint32_t stride_of(uint32_t count, uint32_t line) {
    return ((count + line - 1) / line | 1) * line;
}

/// Room for the tiles of `rows` rows.
static uint8_t *place_tiles(struct cursor *cursor, struct ternel_forward *forward, uint32_t rows,
                            uint32_t columns) {
    const struct ternel_packing packing = forward->kernel->packing;
    const size_t bytes = ternel_tiles(packing, rows) * ternel_tile_bytes(packing, columns);
    forward->weight_bytes += bytes;
    return take(cursor, bytes, 1);
}

/// A gain of `count` values; `to` is NULL while only the size is wanted.
static void place_gain(struct cursor *cursor, const struct ternel_forward *forward, uint32_t count,
                       const struct ternel_gain *gain, struct ternel_kernel_gain *to) {
    const struct ternel_vector_work *work = forward->kernel->vector;
    void *spread = work->spread_gain == NULL ? NULL : take(cursor, count, sizeof(int32_t));
    if (to == NULL) {
        return;
    }
    *to = (struct ternel_kernel_gain){.source = gain, .values = gain->values};
    if (spread != NULL) {
        work->spread_gain(gain, spread);
        to->values = spread;
    }
}

/// One layer; `to` is NULL while only the size is wanted, for which the container's shape is enough.
static void place_layer(struct cursor *cursor, struct ternel_forward *forward, uint32_t index,
                        struct ternel_forward_layer *to) {
    const uint32_t dimension = forward->container->shape.dimension;
    const uint32_t intermediate = forward->container->shape.intermediate;
    if (to != NULL) {
        ternel_container_layer(forward->container, index, &to->layer);
    }
    static const uint8_t sources[TERNEL_FORWARD_MATRICES] = {
        [TERNEL_FORWARD_FORGET] = TERNEL_LAYER_MATRIX_FORGET,
        [TERNEL_FORWARD_CANDIDATE] = TERNEL_LAYER_MATRIX_CANDIDATE,
        [TERNEL_FORWARD_GATE] = TERNEL_LAYER_MATRIX_GATE,
        [TERNEL_FORWARD_OUTPUT] = TERNEL_LAYER_MATRIX_OUTPUT,
        [TERNEL_FORWARD_LINEAR_GATE] = TERNEL_LAYER_MATRIX_GATE_UP,
        [TERNEL_FORWARD_LINEAR_UP] = TERNEL_LAYER_MATRIX_GATE_UP,
        [TERNEL_FORWARD_DOWN] = TERNEL_LAYER_MATRIX_DOWN,
    };
    for (uint32_t i = 0; i < TERNEL_LAYER_GAIN_COUNT; i++) {
        place_gain(cursor, forward, i == TERNEL_LAYER_GAIN_DOWN ? intermediate : dimension,
                   to == NULL ? NULL : &to->layer.gain[i], to == NULL ? NULL : &to->gain[i]);
    }
    for (uint32_t i = 0; i < TERNEL_FORWARD_MATRICES; i++) {
        const uint32_t rows = sources[i] == TERNEL_LAYER_MATRIX_GATE_UP ? intermediate : dimension;
        const uint32_t columns = sources[i] == TERNEL_LAYER_MATRIX_DOWN ? intermediate : dimension;
        uint8_t *tiles = place_tiles(cursor, forward, rows, columns);
        if (to != NULL) {
            to->packed[i] = (struct ternel_packed_matrix){
                .source = &to->layer.matrix[sources[i]],
                .tiles = tiles,
                .first = i == TERNEL_FORWARD_LINEAR_UP ? intermediate : 0,
                .rows = rows,
            };
        }
    }
}

/// Everything in the order in which a pass reads it; returns the bytes that it takes. Without memory
/// `forward` only gets its sizes.
static size_t lay_out(struct ternel_forward *forward, uint32_t workers, uint32_t columns, uint8_t *memory) {
    const struct ternel_shape *shape = &forward->container->shape;
    struct cursor cursor = {.memory = memory};
    forward->stride = stride_of(shape->dimension, LINE_ELEMENTS);
    forward->wide_stride = stride_of(shape->intermediate, LINE_ELEMENTS);
    forward->activation_stride =
        stride_of(shape->dimension > shape->intermediate ? shape->dimension : shape->intermediate, ALIGN);

    forward->layers = take(&cursor, shape->layers, sizeof *forward->layers);
    forward->scratch = take(&cursor, workers, sizeof *forward->scratch);
    const size_t narrow = (size_t)columns * forward->stride;
    const size_t wide = (size_t)columns * forward->wide_stride;
    forward->residual = take(&cursor, narrow, sizeof(int32_t));
    forward->normed = take(&cursor, (size_t)workers * forward->stride, sizeof(int32_t));
    forward->candidate = take(&cursor, narrow, sizeof(int32_t));
    forward->output = take(&cursor, narrow, sizeof(int32_t));
    forward->gate = take(&cursor, wide, sizeof(int32_t));
    for (uint32_t i = 0; i < TERNEL_FORWARD_SLOTS; i++) {
        forward->slot[i].values = take(&cursor, (size_t)columns * forward->activation_stride, 1);
    }

    forward->weight_bytes = 0;
    for (uint32_t i = 0; i < shape->layers; i++) {
        place_layer(&cursor, forward, i, forward->layers == NULL ? NULL : &forward->layers[i]);
    }
    if (memory != NULL) {
        ternel_container_head(forward->container, &forward->head);
    }
    place_gain(&cursor, forward, shape->dimension, &forward->head.norm,
               memory == NULL ? NULL : &forward->head_norm);
    place_gain(&cursor, forward, shape->dimension, &forward->head.gain,
               memory == NULL ? NULL : &forward->head_gain);
    uint8_t *tiles = place_tiles(&cursor, forward, shape->vocabulary, shape->dimension);
    if (memory != NULL) {
        forward->packed_head = (struct ternel_packed_matrix){
            .source = &forward->head.matrix, .tiles = tiles, .first = 0, .rows = shape->vocabulary};
    }
    return cursor.at;
}

/// All matrices in the order of a pass, the head's the last.
static uint32_t matrix_count(const struct ternel_forward *forward) {
    return forward->container->shape.layers * TERNEL_FORWARD_MATRICES + 1;
}

static const struct ternel_packed_matrix *matrix_of(const struct ternel_forward *forward, uint32_t index) {
    const uint32_t layer = index / TERNEL_FORWARD_MATRICES;
    return layer == forward->container->shape.layers
               ? &forward->packed_head
               : &forward->layers[layer].packed[index % TERNEL_FORWARD_MATRICES];
}

/// Tiles first..end - 1, counted through all matrices.
static void pack_tiles(const struct ternel_forward *forward, uint32_t first, uint32_t end) {
    const struct ternel_packing packing = forward->kernel->packing;
    uint32_t start = 0; // of the matrix
    for (uint32_t i = 0; i < matrix_count(forward) && start < end; i++) {
        const struct ternel_packed_matrix *packed = matrix_of(forward, i);
        const size_t bytes = ternel_tile_bytes(packing, packed->source->columns);
        const uint32_t tiles = ternel_tiles(packing, packed->rows);
        for (uint32_t tile = first > start ? first - start : 0; tile < tiles && start + tile < end; tile++) {
            ternel_pack_tile(packing, packed->source, packed->first, packed->rows, tile,
                             packed->tiles + tile * bytes);
        }
        start += tiles;
    }
}

/// One step for all of it: no worker waits for another.
static void pack_all(void *context, uint32_t worker) {
    const struct ternel_forward *forward = context;
    uint32_t total = 0;
    uint32_t first;
    uint32_t count;
    for (uint32_t i = 0; i < matrix_count(forward); i++) {
        total += ternel_tiles(forward->kernel->packing, matrix_of(forward, i)->rows);
    }
    ternel_workers_share(forward->workers, worker, total);
    while (ternel_workers_claim(forward->workers, worker, &first, &count)) {
        pack_tiles(forward, first, first + count);
    }
}

size_t ternel_forward_memory(const struct ternel_container *container, const struct ternel_kernel *kernel,
                             uint32_t workers, uint32_t columns) {
    struct ternel_forward forward = {.container = container, .kernel = kernel};
    return lay_out(&forward, workers, columns, NULL);
}

size_t ternel_forward_weight_bytes(const struct ternel_container *container,
                                   const struct ternel_kernel *kernel) {
    struct ternel_forward forward = {.container = container, .kernel = kernel};
    (void)lay_out(&forward, 1, 1, NULL);
    return forward.weight_bytes;
}

enum ternel_error ternel_forward_open(struct ternel_forward *forward,
                                      const struct ternel_container *container,
                                      const struct ternel_kernel *kernel, struct ternel_workers *workers,
                                      uint32_t columns, void *memory, size_t bytes) {
    *forward = (struct ternel_forward){
        .backend =
            {
                .name = kernel->name,
                .context = forward,
                .multiply = ternel_backend_cpu.multiply,
                .run_tokens = ternel_forward_run,
                .columns = columns,
                .read_weights = ternel_streaming_read_weights,
            },
        .container = container,
        .kernel = kernel,
        .workers = workers,
    };
    if (lay_out(forward, workers->count, columns, NULL) > bytes) {
        return TERNEL_ERROR_ENGINE_ARENA;
    }
    lay_out(forward, workers->count, columns, memory);
    ternel_workers_run(workers, pack_all, forward);
    return TERNEL_OK;
}

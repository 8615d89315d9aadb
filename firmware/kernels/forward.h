// The engine's backend for processors of 64 bits: weights repacked for a kernel, all cores, several tokens of
// a prompt in one pass over the weights. It gives the bits of ternel_backend_cpu.
//
//     ternel_workers_init(&workers, cores, platform);            // the other cores: ternel_workers_serve
//     bytes = ternel_forward_memory(&container, kernel, cores, 64);
//     TERNEL_TRY(ternel_forward_open(&forward, &container, kernel, &workers, 64, memory, bytes));
//     ternel_engine_use(&engine, &forward.backend);
#pragma once

#include "engine.h"
#include "kernel.h"
#include "workers.h"

/// Inputs of one token that exist at the same time: those of the matrices f, i and g.
enum { TERNEL_FORWARD_SLOTS = 3 };

enum {
    /// Tiles of a matrix that a step takes at once for the most tokens: what it does with their rows finds
    /// them in the core's own cache. Measured: 2 to 16 are within 2%, a worker's whole share is 5% slower.
    TERNEL_FORWARD_TILES = 8,
    /// Their rows, for each token.
    TERNEL_FORWARD_ROWS = TERNEL_FORWARD_TILES * TERNEL_TILE_ROWS_MAX * TERNEL_COLUMNS_MAX,
};

/// The matrices of a layer, each in tiles of its own: gate and up are two.
enum ternel_forward_matrix {
    TERNEL_FORWARD_FORGET,
    TERNEL_FORWARD_CANDIDATE,
    TERNEL_FORWARD_GATE,
    TERNEL_FORWARD_OUTPUT,
    TERNEL_FORWARD_LINEAR_GATE,
    TERNEL_FORWARD_LINEAR_UP,
    TERNEL_FORWARD_DOWN,
    TERNEL_FORWARD_MATRICES,
};

/// Rows `first` to `first + rows - 1` of a matrix of the container, repacked.
struct ternel_packed_matrix {
    const struct ternel_matrix *source;
    uint8_t *tiles;
    uint32_t first;
    uint32_t rows;
};

/// One layer, as it was found in the container and repacked.
struct ternel_forward_layer {
    struct ternel_layer layer;
    struct ternel_kernel_gain gain[TERNEL_LAYER_GAIN_COUNT];
    struct ternel_packed_matrix packed[TERNEL_FORWARD_MATRICES];
};

/// The inputs of a matrix for all tokens, and the rescalers of their products.
struct ternel_forward_slot {
    int8_t *values; ///< [tokens][activation_stride]
    int32_t sums[TERNEL_COLUMNS_MAX];
    struct ternel_rescaler rescalers[TERNEL_COLUMNS_MAX];
};

/// What a worker needs for itself.
struct ternel_forward_scratch {
    struct ternel_kernel_scratch kernel;
    int32_t edge[TERNEL_COLUMNS_MAX * TERNEL_TILE_ROWS_MAX]; ///< rows of a tile that has too few
    int32_t rows[TERNEL_FORWARD_ROWS];                       ///< that nobody wants behind the step
};

struct ternel_forward {
    struct ternel_backend backend;
    const struct ternel_container *container;
    const struct ternel_kernel *kernel;
    struct ternel_workers *workers;
    size_t weight_bytes; ///< repacked, all of which a token reads

    struct ternel_head head;
    struct ternel_kernel_gain head_norm;
    struct ternel_kernel_gain head_gain;
    struct ternel_packed_matrix packed_head;
    struct ternel_forward_layer *layers;
    struct ternel_forward_scratch *scratch; ///< [workers]

    // Vectors of all tokens: token t's begins at t * stride.
    uint32_t stride;            ///< of those with `dimension` elements
    uint32_t wide_stride;       ///< of those with `intermediate`
    uint32_t activation_stride; ///< of the slots' values
    int32_t *residual;
    int32_t *normed;    ///< a vector for each worker: it stays in its cache
    int32_t *candidate; ///< then the state after the token
    int32_t *output;
    int32_t *gate;
    struct ternel_forward_slot slot[TERNEL_FORWARD_SLOTS];

    // The pass that is running.
    struct ternel_engine *engine;
    const uint32_t *tokens;
    uint32_t count;
    bool logits;
};

/// Bytes of memory for a container, from a start aligned to 64. `columns`: the most tokens of one pass,
/// 1..TERNEL_COLUMNS_MAX. Only the container's shape is read.
size_t ternel_forward_memory(const struct ternel_container *container, const struct ternel_kernel *kernel,
                             uint32_t workers, uint32_t columns);

/// Bytes of repacked weights, all of which a token reads. Only the container's shape is read.
size_t ternel_forward_weight_bytes(const struct ternel_container *container,
                                   const struct ternel_kernel *kernel);

/// Lays out the memory and repacks the weights with all workers. Error: too little memory. Container, workers
/// and memory must outlive `forward`, which must stay where it is.
enum ternel_error ternel_forward_open(struct ternel_forward *forward,
                                      const struct ternel_container *container,
                                      const struct ternel_kernel *kernel, struct ternel_workers *workers,
                                      uint32_t columns, void *memory, size_t bytes) TERNEL_MUST_CHECK;

/// Takes tokens through the model: the backend's run_tokens (forward.c).
enum ternel_error ternel_forward_run(void *context, struct ternel_engine *engine, const uint32_t *tokens,
                                     uint32_t count, bool logits);

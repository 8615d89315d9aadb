// Tokens through the model, by all workers: steps that take one token each (norms, activations) and steps
// that take some rows of a matrix for all tokens, with what follows row by row (gates, state, residual),
// alternate; between two steps all workers wait for each other. docs/numerics.md, section 5, is the
// arithmetic.
#include "forward.h"

#include <string.h>

#include "bitlinear.h"
#include "embedding.h"
#include "packing.h"
#include "quantiser.h"

/// As much as a worker can read while another one takes a token's step.
enum { BYTES_AHEAD = 64 << 10 };

/// A worker in a pass.
struct part {
    struct ternel_forward *forward;
    uint32_t worker;
    uint32_t first; ///< the first token that still matters: behind the last state only one does
    const struct ternel_vector_work *work;
    struct ternel_forward_scratch *scratch;
};

/// Columns as a kernel counts them: whole blocks.
static uint32_t block_columns(uint32_t columns) {
    return (columns + TERNEL_BLOCK_COLUMNS - 1) / TERNEL_BLOCK_COLUMNS * TERNEL_BLOCK_COLUMNS;
}

static void normalise(const struct part *part, const int32_t *input, const struct ternel_kernel_gain *by,
                      uint32_t fraction, int32_t *restrict out) {
    const uint64_t squares = part->work->sum_of_squares(input, by->source->count);
    part->work->rmsnorm(input, squares, by, fraction, out);
}

/// Activations of token t for a matrix: those of BitLinear.
static void quantise(const struct part *part, uint32_t slot_index, uint32_t t,
                     const struct ternel_matrix *matrix, const struct ternel_kernel_gain *by,
                     const int32_t *input, uint64_t squares, uint32_t fraction) {
    struct ternel_forward *f = part->forward;
    const struct ternel_gain *gain = by->source;
    struct ternel_forward_slot *slot = &f->slot[slot_index];
    int8_t *values = slot->values + (size_t)t * f->activation_stride;
    const uint32_t columns = matrix->columns;
    const uint32_t padding = block_columns(columns) - columns;
    const uint64_t largest = squares + gain->epsilon == 0 ? 0 : part->work->largest_product(input, by);
    if (largest == 0) {
        memset(values, 0, columns + padding);
        slot->sums[t] = 0;
        slot->rescalers[t] = ternel_rescaler_of(0, 0);
        return;
    }
    const struct ternel_scale root = part->work->reciprocal_sqrt(squares + gain->epsilon);
    const struct ternel_quantiser q = quantiser_of(matrix, gain, root, largest, fraction);
    slot->sums[t] = part->work->quantise(input, by, q.factor, q.k, values);
    memset(values + columns, 0, padding);
    slot->rescalers[t] = ternel_rescaler_of(q.mantissa, q.shift);
}

/// Some tiles, and the rows that they are.
struct tiles {
    uint32_t first;
    uint32_t row, rows;
};

/// The rows of some tiles for the tokens that matter: those of the first one at out, of each other one
/// `stride` further.
static void multiply(const struct part *part, const struct ternel_packed_matrix *packed, uint32_t slot_index,
                     const struct tiles *tiles, int32_t *out, uint32_t stride) {
    const struct ternel_forward *f = part->forward;
    const struct ternel_kernel *kernel = f->kernel;
    const struct ternel_forward_slot *slot = &f->slot[slot_index];
    const uint32_t tokens = f->count - part->first;
    const uint32_t tile_rows = ternel_tile_rows(kernel->packing);
    const size_t tile_bytes = ternel_tile_bytes(kernel->packing, packed->source->columns);
    const struct ternel_inputs inputs = {
        .values = slot->values + (size_t)part->first * f->activation_stride,
        .sums = slot->sums + part->first,
        .rescalers = slot->rescalers + part->first,
        .stride = f->activation_stride,
        .columns = block_columns(packed->source->columns),
        .tokens = tokens,
    };
    const uint8_t *tile = packed->tiles + tiles->first * tile_bytes;
    for (uint32_t done = 0; done < tiles->rows; done += tile_rows, tile += tile_bytes) {
        const bool whole = tiles->rows - done >= tile_rows;
        int32_t *const sums = whole ? out + done : part->scratch->edge;
        const uint32_t sums_stride = whole ? stride : TERNEL_TILE_ROWS_MAX;
        if (tokens == 1) {
            kernel->multiply(tile, &inputs, sums);
        } else {
            kernel->multiply_many(tile, &inputs, &part->scratch->kernel, sums, sums_stride);
        }
        for (uint32_t t = 0; !whole && t < tokens; t++) {
            memcpy(out + (size_t)t * stride + done, sums + (size_t)t * sums_stride,
                   (tiles->rows - done) * sizeof *out);
        }
    }
    if (tokens == 1) {
        part->work->rescale(out, tiles->rows, inputs.rescalers->mantissa, inputs.rescalers->shift);
    }
}

/// A step that takes one token.
typedef void token_step(const struct part *part, const struct ternel_forward_layer *layer, uint32_t token);

/// All tokens; then, while the worker waits for the others, it asks for the first weights of its share of the
/// matrix that comes next.
static void each_token(const struct part *part, const struct ternel_forward_layer *layer, token_step *step,
                       const struct ternel_packed_matrix *next) {
    struct ternel_forward *f = part->forward;
    uint32_t first;
    uint32_t count;
    ternel_workers_share(f->workers, part->worker, f->count - part->first);
    while (ternel_workers_claim(f->workers, part->worker, &first, &count)) {
        for (uint32_t t = first; t < first + count; t++) {
            step(part, layer, part->first + t);
        }
    }
    const struct ternel_packing packing = f->kernel->packing;
    const uint32_t tiles = ternel_tiles(packing, next->rows);
    const uint32_t tile = ternel_workers_first(f->workers, part->worker, tiles);
    const size_t tile_bytes = ternel_tile_bytes(packing, next->source->columns);
    const uint8_t *weights = next->tiles + tile * tile_bytes;
    const size_t bytes =
        (size_t)(ternel_workers_first(f->workers, part->worker + 1, tiles) - tile) * tile_bytes;
    struct ternel_ahead ahead = {.next = weights,
                                 .end = weights + (bytes < BYTES_AHEAD ? bytes : BYTES_AHEAD)};
    ternel_workers_barrier(f->workers, part->worker, &ahead);
}

/// A step that takes some rows of every token.
typedef void rows_step(const struct part *part, const struct ternel_forward_layer *layer,
                       const struct tiles *tiles);

static void each_row(const struct part *part, const struct ternel_forward_layer *layer, uint32_t rows,
                     rows_step *step) {
    struct ternel_forward *f = part->forward;
    const struct ternel_packing packing = f->kernel->packing;
    const uint32_t total = ternel_tiles(packing, rows);
    const uint32_t tile_rows = ternel_tile_rows(packing);
    const uint32_t at_once = TERNEL_FORWARD_ROWS / (f->count - part->first) / tile_rows;
    uint32_t first;
    uint32_t count;
    ternel_workers_share(f->workers, part->worker, total);
    while (ternel_workers_claim(f->workers, part->worker, &first, &count)) {
        for (const uint32_t end = first + count; first < end; first += count) {
            count = end - first < at_once ? end - first : at_once;
            const uint32_t row = first * tile_rows;
            const uint32_t most = count * tile_rows;
            step(part, layer,
                 &(struct tiles){.first = first, .row = row, .rows = rows - row < most ? rows - row : most});
        }
    }
    ternel_workers_barrier(f->workers, part->worker, NULL);
}

static void take_token(const struct part *part, const struct ternel_forward_layer *layer, uint32_t t) {
    struct ternel_forward *f = part->forward;
    (void)layer;
    ternel_embed(f->container, f->tokens[t], f->residual + (size_t)t * f->stride);
}

/// x -> the inputs of f, i and g.
static void prepare_gates(const struct part *part, const struct ternel_forward_layer *layer, uint32_t t) {
    struct ternel_forward *f = part->forward;
    const struct ternel_kernel_gain *gain = layer->gain;
    const uint8_t *fraction = layer->layer.fraction;
    const struct ternel_matrix *matrix = layer->layer.matrix;
    const int32_t *residual = f->residual + (size_t)t * f->stride;
    int32_t *normed = f->normed + (size_t)part->worker * f->stride;
    const uint32_t d = f->container->shape.dimension;
    normalise(part, residual, &gain[TERNEL_LAYER_GAIN_ATTENTION_NORM],
              fraction[TERNEL_LAYER_FRACTION_ATTENTION_NORM], normed);
    const uint64_t squares = part->work->sum_of_squares(normed, d);
    quantise(part, 0, t, &matrix[TERNEL_LAYER_MATRIX_FORGET], &gain[TERNEL_LAYER_GAIN_FORGET], normed,
             squares, fraction[TERNEL_LAYER_FRACTION_FORGET]);
    quantise(part, 1, t, &matrix[TERNEL_LAYER_MATRIX_CANDIDATE], &gain[TERNEL_LAYER_GAIN_CANDIDATE], normed,
             squares, fraction[TERNEL_LAYER_FRACTION_CANDIDATE]);
    quantise(part, 2, t, &matrix[TERNEL_LAYER_MATRIX_GATE], &gain[TERNEL_LAYER_GAIN_GATE], normed, squares,
             fraction[TERNEL_LAYER_FRACTION_GATE]);
}

/// f, i, g and the state. The state after each token goes where its candidate was.
static void mix_state(const struct part *part, const struct ternel_forward_layer *layer,
                      const struct tiles *tiles) {
    struct ternel_forward *f = part->forward;
    const struct ternel_buffers *buffers = &f->engine->buffers;
    const uint8_t *fraction = layer->layer.fraction;
    const size_t index = (size_t)(layer - f->layers);
    int32_t *forget = part->scratch->rows;
    int32_t *candidate = f->candidate + tiles->row;
    multiply(part, &layer->packed[TERNEL_FORWARD_FORGET], 0, tiles, forget, tiles->rows);
    multiply(part, &layer->packed[TERNEL_FORWARD_CANDIDATE], 1, tiles, candidate, f->stride);
    multiply(part, &layer->packed[TERNEL_FORWARD_GATE], 2, tiles, f->output + tiles->row, f->stride);
    // The first layer has no lower bound: its gate may close completely.
    const uint16_t *lower_bound = index == 0 ? NULL : layer->layer.lower_bound + tiles->row;
    int32_t *const after_last = buffers->state + index * buffers->state_stride + tiles->row;
    const int32_t *state = after_last;
    for (uint32_t t = 0; t < f->count; t++, forget += tiles->rows, candidate += f->stride) {
        part->work->forget_gate(forget, tiles->rows, fraction[TERNEL_LAYER_FRACTION_FORGET], lower_bound);
        part->work->update_state(candidate, forget, state, tiles->rows,
                                 fraction[TERNEL_LAYER_FRACTION_CANDIDATE]);
        state = candidate;
    }
    memcpy(after_last, state, tiles->rows * sizeof *state);
}

/// g and the state -> the input of o.
static void prepare_output(const struct part *part, const struct ternel_forward_layer *layer, uint32_t t) {
    struct ternel_forward *f = part->forward;
    const struct ternel_kernel_gain *gain = layer->gain;
    const uint8_t *fraction = layer->layer.fraction;
    const uint32_t d = f->container->shape.dimension;
    const uint32_t state_fraction = fraction[TERNEL_LAYER_FRACTION_CANDIDATE];
    const uint32_t normed_fraction = fraction[TERNEL_LAYER_FRACTION_NORMED_GATE];
    const uint32_t output_fraction = fraction[TERNEL_LAYER_FRACTION_GATED_OUTPUT];
    int32_t *output = f->output + (size_t)t * f->stride;
    int32_t *normed = f->normed + (size_t)part->worker * f->stride;
    const int32_t *state = f->candidate + (size_t)t * f->stride;
    normalise(part, output, &gain[TERNEL_LAYER_GAIN_GATE_NORM], normed_fraction, normed);
    part->work->gate_output(output, normed, state, d, state_fraction,
                            normed_fraction + state_fraction - output_fraction);
    quantise(part, 0, t, &layer->layer.matrix[TERNEL_LAYER_MATRIX_OUTPUT], &gain[TERNEL_LAYER_GAIN_OUTPUT],
             output, part->work->sum_of_squares(output, d), f->container->residual_fraction);
}

/// The rows of a matrix, added to the residual.
static void add_rows(const struct part *part, const struct ternel_packed_matrix *packed,
                     const struct tiles *tiles) {
    struct ternel_forward *f = part->forward;
    int32_t *update = part->scratch->rows;
    multiply(part, packed, 0, tiles, update, tiles->rows);
    for (uint32_t t = part->first; t < f->count; t++, update += tiles->rows) {
        part->work->add_residual(f->residual + (size_t)t * f->stride + tiles->row, update, tiles->rows);
    }
}

static void add_output(const struct part *part, const struct ternel_forward_layer *layer,
                       const struct tiles *tiles) {
    add_rows(part, &layer->packed[TERNEL_FORWARD_OUTPUT], tiles);
}

static void add_down(const struct part *part, const struct ternel_forward_layer *layer,
                     const struct tiles *tiles) {
    add_rows(part, &layer->packed[TERNEL_FORWARD_DOWN], tiles);
}

/// x -> the input of gate and up.
static void prepare_linear_unit(const struct part *part, const struct ternel_forward_layer *layer,
                                uint32_t t) {
    struct ternel_forward *f = part->forward;
    const struct ternel_kernel_gain *gain = layer->gain;
    const uint32_t d = f->container->shape.dimension;
    const int32_t *residual = f->residual + (size_t)t * f->stride;
    int32_t *normed = f->normed + (size_t)part->worker * f->stride;
    normalise(part, residual, &gain[TERNEL_LAYER_GAIN_MLP_NORM],
              layer->layer.fraction[TERNEL_LAYER_FRACTION_MLP_NORM], normed);
    quantise(part, 0, t, &layer->layer.matrix[TERNEL_LAYER_MATRIX_GATE_UP], &gain[TERNEL_LAYER_GAIN_GATE_UP],
             normed, part->work->sum_of_squares(normed, d),
             layer->layer.fraction[TERNEL_LAYER_FRACTION_GATE_UP]);
}

static void gate_linear_unit(const struct part *part, const struct ternel_forward_layer *layer,
                             const struct tiles *tiles) {
    struct ternel_forward *f = part->forward;
    const uint32_t both_fraction = layer->layer.fraction[TERNEL_LAYER_FRACTION_GATE_UP];
    const uint32_t shift = 2 * both_fraction - layer->layer.fraction[TERNEL_LAYER_FRACTION_PRODUCT];
    int32_t *gate = f->gate + (size_t)part->first * f->wide_stride + tiles->row;
    int32_t *up = part->scratch->rows;
    multiply(part, &layer->packed[TERNEL_FORWARD_LINEAR_GATE], 0, tiles, gate, f->wide_stride);
    multiply(part, &layer->packed[TERNEL_FORWARD_LINEAR_UP], 0, tiles, up, tiles->rows);
    for (uint32_t t = part->first; t < f->count; t++, gate += f->wide_stride, up += tiles->rows) {
        part->work->gate_linear_unit(gate, up, tiles->rows, both_fraction, shift);
    }
}

static void prepare_down(const struct part *part, const struct ternel_forward_layer *layer, uint32_t t) {
    struct ternel_forward *f = part->forward;
    const int32_t *product = f->gate + (size_t)t * f->wide_stride;
    quantise(part, 0, t, &layer->layer.matrix[TERNEL_LAYER_MATRIX_DOWN], &layer->gain[TERNEL_LAYER_GAIN_DOWN],
             product, part->work->sum_of_squares(product, f->container->shape.intermediate),
             f->container->residual_fraction);
}

/// The head's input.
static void prepare_head(const struct part *part, const struct ternel_forward_layer *layer, uint32_t t) {
    struct ternel_forward *f = part->forward;
    (void)layer;
    const uint32_t d = f->container->shape.dimension;
    const int32_t *residual = f->residual + (size_t)t * f->stride;
    int32_t *normed = f->normed + (size_t)part->worker * f->stride;
    normalise(part, residual, &f->head_norm, f->container->final_fraction, normed);
    quantise(part, 0, t, &f->head.matrix, &f->head_gain, normed, part->work->sum_of_squares(normed, d),
             f->container->logits_fraction);
}

static void make_logits(const struct part *part, const struct ternel_forward_layer *layer,
                        const struct tiles *tiles) {
    struct ternel_forward *f = part->forward;
    (void)layer;
    multiply(part, &f->packed_head, 0, tiles, f->engine->buffers.logits + tiles->row, 0);
}

static void pass(void *context, uint32_t worker) {
    struct ternel_forward *f = context;
    const struct ternel_shape *shape = &f->container->shape;
    struct part part = {
        .forward = f, .worker = worker, .work = f->kernel->vector, .scratch = &f->scratch[worker]};
    each_token(&part, NULL, take_token, &f->layers[0].packed[TERNEL_FORWARD_FORGET]);
    for (uint32_t i = 0; i < shape->layers; i++) {
        const struct ternel_forward_layer *layer = &f->layers[i];
        each_token(&part, layer, prepare_gates, &layer->packed[TERNEL_FORWARD_FORGET]);
        each_row(&part, layer, shape->dimension, mix_state);
        if (i + 1 == shape->layers) {
            // All states are there: what follows only leads to the logits of the last token.
            if (!f->logits) {
                return;
            }
            part.first = f->count - 1;
        }
        each_token(&part, layer, prepare_output, &layer->packed[TERNEL_FORWARD_OUTPUT]);
        each_row(&part, layer, shape->dimension, add_output);
        each_token(&part, layer, prepare_linear_unit, &layer->packed[TERNEL_FORWARD_LINEAR_GATE]);
        each_row(&part, layer, shape->intermediate, gate_linear_unit);
        each_token(&part, layer, prepare_down, &layer->packed[TERNEL_FORWARD_DOWN]);
        each_row(&part, layer, shape->dimension, add_down);
    }
    each_token(&part, NULL, prepare_head, &f->packed_head);
    each_row(&part, NULL, shape->vocabulary, make_logits);
}

enum ternel_error ternel_forward_run(void *context, struct ternel_engine *engine, const uint32_t *tokens,
                                     uint32_t count, bool logits) {
    struct ternel_forward *f = context;
    f->engine = engine;
    f->tokens = tokens;
    f->count = count;
    f->logits = logits;
    ternel_workers_run(f->workers, pass, f);
    return TERNEL_OK;
}

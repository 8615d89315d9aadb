#include "layer.h"

#include "bitlinear.h"
#include "gates.h"
#include "rmsnorm.h"

/// The recurrent half: gates, state, output.
TERNEL_MUST_CHECK
static enum ternel_error mix_tokens(struct ternel_engine *engine, uint32_t index,
                                    const struct ternel_layer *layer) {
    const struct ternel_backend *backend = engine->backend;
    const struct ternel_matrix *matrix = layer->matrix;
    const struct ternel_gain *gain = layer->gain;
    const uint8_t *fraction = layer->fraction;
    const struct ternel_buffers *b = &engine->buffers;
    uint32_t d = engine->container->shape.dimension;
    int32_t *state = b->state + (size_t)index * b->state_stride;

    uint64_t squares = ternel_sum_of_squares(b->residual, d);
    ternel_rmsnorm(b->residual, squares, &gain[TERNEL_LAYER_GAIN_ATTENTION_NORM],
                   fraction[TERNEL_LAYER_FRACTION_ATTENTION_NORM], b->normed);
    squares = ternel_sum_of_squares(b->normed, d);
    TERNEL_TRY(ternel_bitlinear(backend, &matrix[TERNEL_LAYER_MATRIX_FORGET], &gain[TERNEL_LAYER_GAIN_FORGET],
                                b->normed, squares, fraction[TERNEL_LAYER_FRACTION_FORGET], b->activation,
                                b->forget));
    TERNEL_TRY(ternel_bitlinear(backend, &matrix[TERNEL_LAYER_MATRIX_CANDIDATE],
                                &gain[TERNEL_LAYER_GAIN_CANDIDATE], b->normed, squares,
                                fraction[TERNEL_LAYER_FRACTION_CANDIDATE], b->activation, b->candidate));
    TERNEL_TRY(ternel_bitlinear(backend, &matrix[TERNEL_LAYER_MATRIX_GATE], &gain[TERNEL_LAYER_GAIN_GATE],
                                b->normed, squares, fraction[TERNEL_LAYER_FRACTION_GATE], b->activation,
                                b->output));

    // The first layer has no lower bound: its gate may close completely.
    const uint16_t *lower_bound = index == 0 ? NULL : layer->lower_bound;
    ternel_forget_gate(b->forget, d, fraction[TERNEL_LAYER_FRACTION_FORGET], lower_bound);
    uint32_t state_fraction = fraction[TERNEL_LAYER_FRACTION_CANDIDATE];
    ternel_update_state(state, b->forget, b->candidate, d, state_fraction);

    uint32_t normed_fraction = fraction[TERNEL_LAYER_FRACTION_NORMED_GATE];
    uint32_t output_fraction = fraction[TERNEL_LAYER_FRACTION_GATED_OUTPUT];
    squares = ternel_sum_of_squares(b->output, d);
    ternel_rmsnorm(b->output, squares, &gain[TERNEL_LAYER_GAIN_GATE_NORM], normed_fraction, b->normed);
    ternel_gate_output(b->output, b->normed, state, d, state_fraction,
                       normed_fraction + state_fraction - output_fraction);
    squares = ternel_sum_of_squares(b->output, d);
    TERNEL_TRY(ternel_bitlinear(backend, &matrix[TERNEL_LAYER_MATRIX_OUTPUT], &gain[TERNEL_LAYER_GAIN_OUTPUT],
                                b->output, squares, engine->container->residual_fraction, b->activation,
                                b->candidate));
    ternel_add_residual(b->residual, b->candidate, d);
    return TERNEL_OK;
}

/// The gated linear unit.
TERNEL_MUST_CHECK
static enum ternel_error mix_channels(struct ternel_engine *engine, const struct ternel_layer *layer) {
    const struct ternel_backend *backend = engine->backend;
    const struct ternel_matrix *matrix = layer->matrix;
    const struct ternel_gain *gain = layer->gain;
    const uint8_t *fraction = layer->fraction;
    const struct ternel_buffers *b = &engine->buffers;
    uint32_t d = engine->container->shape.dimension;
    uint32_t intermediate = engine->container->shape.intermediate;

    uint64_t squares = ternel_sum_of_squares(b->residual, d);
    ternel_rmsnorm(b->residual, squares, &gain[TERNEL_LAYER_GAIN_MLP_NORM],
                   fraction[TERNEL_LAYER_FRACTION_MLP_NORM], b->normed);
    squares = ternel_sum_of_squares(b->normed, d);
    uint32_t both_fraction = fraction[TERNEL_LAYER_FRACTION_GATE_UP];
    TERNEL_TRY(ternel_bitlinear(backend, &matrix[TERNEL_LAYER_MATRIX_GATE_UP],
                                &gain[TERNEL_LAYER_GAIN_GATE_UP], b->normed, squares, both_fraction,
                                b->activation, b->gate_up));
    ternel_gate_linear_unit(b->gate_up, b->gate_up + intermediate, intermediate, both_fraction,
                            2 * both_fraction - fraction[TERNEL_LAYER_FRACTION_PRODUCT]);
    squares = ternel_sum_of_squares(b->gate_up, intermediate);
    TERNEL_TRY(ternel_bitlinear(backend, &matrix[TERNEL_LAYER_MATRIX_DOWN], &gain[TERNEL_LAYER_GAIN_DOWN],
                                b->gate_up, squares, engine->container->residual_fraction, b->activation,
                                b->candidate));
    ternel_add_residual(b->residual, b->candidate, d);
    return TERNEL_OK;
}

enum ternel_error ternel_layer_step(struct ternel_engine *engine, uint32_t index) {
    struct ternel_layer layer;
    ternel_container_layer(engine->container, index, &layer);
    TERNEL_TRY(mix_tokens(engine, index, &layer));
    return mix_channels(engine, &layer);
}

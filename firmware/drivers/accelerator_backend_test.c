#include "accelerator_backend.h"

#include "accelerator_model.h"
#include "bytes.h"
#include "check.h"
#include "ternel_commands.h"
#include "ternel_registers.h"

void accelerator_backend_test(void);

enum { DIMENSION = 20, VOCABULARY = 48, STATE_STRIDE = 32, LAYERS = 2, MODEL_AT = 4096, BUFFERS_AT = 65536 };

static struct accelerator_model *model;
static struct accelerator accelerator;
static struct accelerator_backend backend;
static struct ternel_container container;
static struct ternel_engine engine;
static const struct ternel_backend tokens = {.context = &backend,
                                             .multiply = accelerator_multiply,
                                             .run_tokens = accelerator_run_tokens,
                                             .publish = accelerator_publish,
                                             .best = accelerator_best,
                                             .top = accelerator_top,
                                             .columns = MODEL_COLUMNS};

static void open_device(void) {
    model = accelerator_model_start();
    CHECK_EQUAL(accelerator_open(&accelerator, MODEL_WINDOW, (uintptr_t)model->memory, MODEL_MEMORY_BYTES,
                                 MODEL_BUILD_ID),
                TERNEL_OK);
    backend = (struct accelerator_backend){.accelerator = &accelerator, .release = accelerator_model_release};
}

/// A list as short as lists of models are long: tokens in, logits out, by the device model's stand-ins.
static void make_model(void) {
    uint8_t *bytes = model->memory + MODEL_AT;
    memset(bytes, 0, 4096);
    container = (struct ternel_container){
        .bytes = bytes,
        .shape = {.total_bytes = 4096,
                  .vocabulary = VOCABULARY,
                  .dimension = DIMENSION,
                  .layers = LAYERS,
                  .intermediate = 64,
                  .command_bytes = 256},
        .at = {.embedding_scales = 512, .commands = 256},
        .residual_fraction = 10,
    };
    uint8_t *commands = bytes + container.at.commands;
    commands[0] = TERNEL_OPERATION_EMBED;
    commands[64] = TERNEL_OPERATION_END_UNLESS_LOGITS;
    commands[128] = TERNEL_OPERATION_MATRIX;
    commands[128 + TERNEL_COMMAND_FLAGS_OFFSET] = TERNEL_COMMAND_FLAG_LOGITS;
    commands[128 + TERNEL_COMMAND_COUNT_OFFSET] = VOCABULARY;
    commands[128 + TERNEL_COMMAND_SPLIT_OFFSET] = VOCABULARY;
    commands[128 + TERNEL_COMMAND_GROUPS_OFFSET] = (VOCABULARY + 4) / 5;
    commands[128 + TERNEL_COMMAND_STRIDE_OFFSET] = 64;
    ternel_write_u32(commands + 128 + TERNEL_COMMAND_DESTINATION_OFFSET, 4 * LAYERS * STATE_STRIDE);
    for (uint32_t token = 0; token < VOCABULARY; token++) {
        uint8_t *scale = bytes + container.at.embedding_scales + 4 * token;
        ternel_write_u32(scale, (0x8000 + token) | (2 * token) << 16); // mantissa, exponent
    }
}

/// The engine's buffers as ternel_arena_layout lays them out.
static void make_engine(void) {
    int32_t *state = (int32_t *)(void *)(model->memory + BUFFERS_AT);
    engine = (struct ternel_engine){.container = &container,
                                    .backend = &tokens,
                                    .buffers = {.state = state,
                                                .logits = state + LAYERS * STATE_STRIDE,
                                                .state_stride = STATE_STRIDE,
                                                .shared_bytes = 4 * (LAYERS * STATE_STRIDE + VOCABULARY)}};
    memset(state, 0, engine.buffers.shared_bytes);
    engine.state_touched = true;
    engine.logits_touched = true;
}

/// What the device model's state becomes, computed from the container.
static int32_t expected_state(const uint32_t *ids, uint32_t count) {
    uint32_t state = 0;
    for (uint32_t index = 0; index < count; index++) {
        const int32_t exponent = (int32_t)(2 * ids[index]) - 10;
        const uint32_t shift = exponent < 0 ? 0 : exponent > 63 ? 63 : (uint32_t)exponent;
        const uint32_t scale = (0x8000 + ids[index]) << TERNEL_TOKEN_SCALE0_MANTISSA_SHIFT |
                               shift << TERNEL_TOKEN_SCALE0_SHIFT_SHIFT;
        state = state * 3 + ids[index] + scale % 7;
    }
    return (int32_t)state;
}

static void test_tokens(void) {
    static const uint32_t ids[] = {3, 47, 0, 12, 5, 5};
    open_device();
    make_model();
    make_engine();
    CHECK_EQUAL(accelerator_run_tokens(&backend, &engine, ids, 4, false), TERNEL_OK);
    CHECK_EQUAL(engine.buffers.state[0], expected_state(ids, 4));
    CHECK_EQUAL(engine.buffers.logits[0], 0);
    CHECK(!engine.state_touched && !engine.logits_touched);
    // The second list needs no release: nobody has touched anything. (The model checks that what it touches
    // was released, so the same ranges are named again.)
    accelerator_model_release(engine.buffers.state, engine.buffers.shared_bytes);
    CHECK_EQUAL(accelerator_run_tokens(&backend, &engine, ids + 4, 2, true), TERNEL_OK);
    CHECK_EQUAL(model->starts, 2);
    CHECK_EQUAL(engine.buffers.state[0], expected_state(ids, 6));
    uint32_t best = 0;
    for (uint32_t row = 0; row < VOCABULARY; row++) {
        CHECK_EQUAL(engine.buffers.logits[row], accelerator_model_logit(engine.buffers.state[0], row));
        best = engine.buffers.logits[row] > engine.buffers.logits[best] ? row : best;
    }
    CHECK_EQUAL(accelerator_best(&backend), best);
    struct ternel_candidate list[VOCABULARY];
    CHECK_EQUAL(accelerator_top(&backend, list, 3), 3);
    CHECK_EQUAL(accelerator_top(&backend, list, VOCABULARY), MODEL_TOP_K);
    for (uint32_t place = 0; place < MODEL_TOP_K; place++) {
        uint32_t before = 0;
        for (uint32_t row = 0; row < VOCABULARY; row++) {
            const int32_t logit = engine.buffers.logits[row];
            before += logit > (int32_t)list[place].weight ||
                      (logit == (int32_t)list[place].weight && row < list[place].id);
        }
        CHECK_EQUAL(list[place].weight, (uint32_t)engine.buffers.logits[list[place].id]);
        CHECK_EQUAL(before, place);
    }
    CHECK_EQUAL(model->registers[TERNEL_REGISTER_MODEL_BASE / 4], MODEL_AT);
    CHECK_EQUAL(model->registers[TERNEL_REGISTER_BUFFER_BASE / 4], BUFFERS_AT);
    CHECK_EQUAL(model->registers[TERNEL_REGISTER_LIST_OFFSET / 4], 256);
    // What the CPU has touched is released before the next list, and only that.
    engine.logits_touched = true;
    accelerator_publish(&backend, &engine);
    CHECK_EQUAL(model->releases, 1);
    CHECK(model->released[0].start == (const uint8_t *)engine.buffers.logits);
    CHECK(model->released[0].end == (const uint8_t *)engine.buffers.logits + 4 * VOCABULARY);
}

/// A matrix by a list of its own: results to a bank and stored, or straight to memory where they are many.
static void test_multiply(uint32_t rows, uint32_t columns) {
    enum { MANTISSA = 51234, SHIFT = 19 };
    open_device();
    const uint32_t stride = (columns + 63) / 64 * 64;
    uint8_t *memory = model->memory;
    uint32_t state = rows;
    for (uint32_t byte = 0; byte < BUFFERS_AT; byte++) {
        state = state * 1664525 + 1013904223;
        memory[byte] = (uint8_t)(state >> 24);
    }
    int8_t *activation = (int8_t *)memory + BUFFERS_AT + 1024;
    for (uint32_t column = 0; column < stride; column++) {
        state = state * 1664525 + 1013904223;
        activation[column] = (int8_t)(column < columns ? (int32_t)(state >> 24) % 255 - 127 : 0);
    }
    int32_t *out = (int32_t *)(void *)(memory + BUFFERS_AT + 4096);
    memset(out, 0x55, 4 * (rows + 1));
    const int32_t behind = out[rows];
    backend.buffers = (struct accelerator_region){.bytes = memory + BUFFERS_AT, .size = 16384};
    backend.commands = memory + BUFFERS_AT + 64;
    const struct ternel_matrix matrix = {.packed = memory + MODEL_AT,
                                         .rows = rows,
                                         .columns = columns,
                                         .stride = stride,
                                         .groups = (rows + 4) / 5};
    CHECK_EQUAL(accelerator_multiply(&backend, &matrix, activation, MANTISSA, SHIFT, out), TERNEL_OK);
    for (uint32_t row = 0; row < rows; row++) {
        CHECK_EQUAL(out[row], accelerator_model_row(matrix.packed, stride, row, activation, MANTISSA, SHIFT));
    }
    CHECK_EQUAL(out[rows], behind);
    CHECK_EQUAL(backend.totals.lists, 1);
}

static void test_fit(void) {
    open_device();
    make_model();
    CHECK_EQUAL(accelerator_takes_tokens(&accelerator, &container), TERNEL_OK);
    CHECK_EQUAL(accelerator_takes_matrices(&accelerator, &container), TERNEL_OK);
    container.shape.intermediate = MODEL_VECTOR_ELEMENTS - 64;
    CHECK_EQUAL(accelerator_takes_tokens(&accelerator, &container), TERNEL_OK);
    container.shape.intermediate++;
    CHECK_EQUAL(accelerator_takes_tokens(&accelerator, &container), TERNEL_ERROR_ACCELERATOR_SHAPE);
    CHECK_EQUAL(accelerator_takes_matrices(&accelerator, &container), TERNEL_OK);
    container.shape.intermediate = MODEL_ACTIVATION_BYTES + 1;
    CHECK_EQUAL(accelerator_takes_matrices(&accelerator, &container), TERNEL_ERROR_ACCELERATOR_SHAPE);
    make_model();
    container.shape.dimension = MODEL_STATE_ELEMENTS + 1;
    CHECK_EQUAL(accelerator_takes_tokens(&accelerator, &container), TERNEL_ERROR_ACCELERATOR_SHAPE);
    make_model();
    container.shape.command_bytes = 0;
    CHECK_EQUAL(accelerator_takes_tokens(&accelerator, &container), TERNEL_ERROR_ACCELERATOR_LIST);
}

static void test_faults(void) {
    static const uint32_t id = 1;
    static _Alignas(64) int8_t activation[2048];
    static int32_t out[1];
    open_device();
    make_model();
    make_engine();
    model->error = TERNEL_STATUS_ERROR_REGION;
    CHECK_EQUAL(accelerator_run_tokens(&backend, &engine, &id, 1, true), TERNEL_ERROR_ACCELERATOR_REGION);
    CHECK_TEXT(accelerator_backend_fault(&backend), "command 0: REGION");
    // A matrix that does not fit is refused before anything is written.
    const struct ternel_matrix matrix = {.rows = 1, .columns = 2048, .stride = 2048, .groups = 1};
    CHECK_EQUAL(accelerator_multiply(&backend, &matrix, activation, 1, 0, out),
                TERNEL_ERROR_ACCELERATOR_SHAPE);
    CHECK_EQUAL(model->starts, 1);
}

void accelerator_backend_test(void) {
    test_tokens();
    test_multiply(37, 83);
    test_multiply(MODEL_VECTOR_ELEMENTS, 64);
    test_multiply(MODEL_VECTOR_ELEMENTS + 1, 64);
    test_fit();
    test_faults();
}

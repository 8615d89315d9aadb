#include "accelerator.h"

#include "accelerator_model.h"
#include "check.h"
#include "ternel_registers.h"

void accelerator_test(void);

static struct accelerator_model *model;
static struct accelerator accelerator;

enum { ROWS = 37, COLUMNS = 83, STRIDE = 96, GROUPS = 8, MANTISSA = 51234, SHIFT = 19 };

static _Alignas(16) int8_t activation[STRIDE];

static void open_device(void) {
    model = accelerator_model_start();
    CHECK_EQUAL(accelerator_open(&accelerator, MODEL_WINDOW, (uintptr_t)model->memory, MODEL_MEMORY_BYTES,
                                 MODEL_BUILD_ID),
                TERNEL_OK);
}

/// A matrix of every code at an address that is not the memory's first.
static struct ternel_matrix make_matrix(void) {
    const uint32_t offset = 4096;
    uint32_t state = 1;
    for (uint32_t byte = 0; byte < GROUPS * STRIDE; byte++) {
        state = state * 1664525 + 1013904223;
        model->memory[offset + byte] = (uint8_t)(state >> 24);
    }
    for (uint32_t column = 0; column < STRIDE; column++) {
        state = state * 1664525 + 1013904223;
        activation[column] = (int8_t)(column < COLUMNS ? (int32_t)(state >> 24) % 255 - 127 : 0);
    }
    return (struct ternel_matrix){.packed = model->memory + offset,
                                  .rows = ROWS,
                                  .columns = COLUMNS,
                                  .stride = STRIDE,
                                  .groups = GROUPS};
}

static void check_results(const struct ternel_matrix *matrix, const int32_t *out) {
    for (uint32_t row = 0; row < ROWS; row++) {
        CHECK_EQUAL(out[row],
                    accelerator_model_row(matrix->packed, STRIDE, row, activation, MANTISSA, SHIFT));
    }
}

static void test_open(void) {
    open_device();
    CHECK_EQUAL(accelerator.port_bytes, MODEL_PORT_BYTES);
    CHECK_EQUAL(accelerator.activation_bytes, MODEL_ACTIVATION_BYTES);
    CHECK_EQUAL(accelerator_accepts(&accelerator, 16, 1024), TERNEL_OK);
    CHECK_EQUAL(accelerator_accepts(&accelerator, 64, 1024), TERNEL_OK);
    CHECK_EQUAL(accelerator_accepts(&accelerator, 8, 1024), TERNEL_ERROR_ACCELERATOR_ALIGN);
    CHECK_EQUAL(accelerator_accepts(&accelerator, 16, 1040), TERNEL_ERROR_ACCELERATOR_SHAPE);
    CHECK_EQUAL(accelerator_open(&accelerator, MODEL_WINDOW, (uintptr_t)model->memory, MODEL_MEMORY_BYTES, 1),
                TERNEL_ERROR_ACCELERATOR_BUILD);
    model->id = 0;
    CHECK_EQUAL(accelerator_open(&accelerator, MODEL_WINDOW, (uintptr_t)model->memory, MODEL_MEMORY_BYTES,
                                 MODEL_BUILD_ID),
                TERNEL_ERROR_ACCELERATOR_MISSING);
}

/// More rows than the FIFO holds: all results, in order, and no read that would have blocked.
static void test_multiply(void) {
    int32_t out[ROWS] = {0};
    open_device();
    const struct ternel_matrix matrix = make_matrix();
    memset(model->activation, 0, sizeof model->activation);
    CHECK_EQUAL(accelerator_multiply(&accelerator, &matrix, activation, MANTISSA, SHIFT, out), TERNEL_OK);
    check_results(&matrix, out);
    CHECK_EQUAL(model->empty_reads, 0);
    CHECK_EQUAL(model->starts, 1);
    CHECK_EQUAL(model->aborts, 0);
}

static void test_measure(void) {
    int32_t out[ROWS] = {0};
    struct accelerator_counters counters;
    open_device();
    const struct ternel_matrix matrix = make_matrix();
    model->registers[TERNEL_REGISTER_CYCLES / 4] = 1000;
    model->registers[TERNEL_REGISTER_BEATS / 4] = 48;
    CHECK_EQUAL(accelerator_measure(&accelerator, &matrix, activation, MANTISSA, SHIFT, out, &counters),
                TERNEL_OK);
    check_results(&matrix, out);
    CHECK_EQUAL(counters.cycles, 1000);
    CHECK_EQUAL(counters.beats, 48);
    CHECK_EQUAL(accelerator.busy_cycles, 1000);
}

/// Whatever the device does wrong, the driver comes back with the right code and has ended the command.
static void test_faults(void) {
    int32_t out[ROWS];
    struct accelerator_counters counters;
    open_device();
    struct ternel_matrix matrix = make_matrix();
    model->hangs = true;
    CHECK_EQUAL(accelerator_multiply(&accelerator, &matrix, activation, MANTISSA, SHIFT, out),
                TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    CHECK_EQUAL(model->aborts, 1);
    CHECK_EQUAL(accelerator_hash_memory(&accelerator, (uintptr_t)model->memory, 1, true),
                TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    CHECK_EQUAL(accelerator_hash_block(&accelerator, model->memory, true), TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    model->hangs = false;
    model->hangs_at_row = ROWS - 3;
    CHECK_EQUAL(accelerator_multiply(&accelerator, &matrix, activation, MANTISSA, SHIFT, out),
                TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    CHECK_EQUAL(accelerator_measure(&accelerator, &matrix, activation, MANTISSA, SHIFT, out, &counters),
                TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    model->hangs_at_row = 0;
    model->error = TERNEL_STATUS_ERROR_RANGE;
    CHECK_EQUAL(accelerator_multiply(&accelerator, &matrix, activation, MANTISSA, SHIFT, out),
                TERNEL_ERROR_ACCELERATOR_COMMAND);
    CHECK_EQUAL(accelerator_hash_memory(&accelerator, (uintptr_t)model->memory, 1, true),
                TERNEL_ERROR_ACCELERATOR_COMMAND);
    CHECK_EQUAL(model->empty_reads, 0);
    // After all that it works again.
    model->error = 0;
    CHECK_EQUAL(accelerator_multiply(&accelerator, &matrix, activation, MANTISSA, SHIFT, out), TERNEL_OK);
    check_results(&matrix, out);
    // A matrix that does not fit is refused before anything is written.
    const uint32_t starts = model->starts;
    matrix.stride = MODEL_ACTIVATION_BYTES + 16;
    matrix.columns = matrix.stride;
    CHECK_EQUAL(accelerator_multiply(&accelerator, &matrix, activation, MANTISSA, SHIFT, out),
                TERNEL_ERROR_ACCELERATOR_SHAPE);
    CHECK_EQUAL(model->starts, starts);
}

void accelerator_test(void) {
    test_open();
    test_multiply();
    test_measure();
    test_faults();
}

#include "accelerator.h"

#include "accelerator_list.h"
#include "accelerator_model.h"
#include "check.h"
#include "ternel_registers.h"

void accelerator_test(void);

static struct accelerator_model *model;
static struct accelerator accelerator;
static uint32_t looks;

static void look(void) {
    looks++;
}

static void open_device(void) {
    model = accelerator_model_start();
    CHECK_EQUAL(accelerator_open(&accelerator, MODEL_WINDOW, (uintptr_t)model->memory, MODEL_MEMORY_BYTES,
                                 MODEL_BUILD_ID),
                TERNEL_OK);
    accelerator.while_waiting = look;
    looks = 0;
}

static void test_open(void) {
    open_device();
    CHECK_EQUAL(accelerator.port_bytes, MODEL_PORT_BYTES);
    CHECK_EQUAL(accelerator.columns, MODEL_COLUMNS);
    CHECK_EQUAL(accelerator.vector_elements, MODEL_VECTOR_ELEMENTS);
    CHECK_EQUAL(accelerator.state_elements, MODEL_STATE_ELEMENTS);
    CHECK_EQUAL(accelerator.activation_bytes, MODEL_ACTIVATION_BYTES);
    CHECK_EQUAL(accelerator_open(&accelerator, MODEL_WINDOW, (uintptr_t)model->memory, MODEL_MEMORY_BYTES, 1),
                TERNEL_ERROR_ACCELERATOR_BUILD);
    model->id = 0;
    CHECK_EQUAL(accelerator_open(&accelerator, MODEL_WINDOW, (uintptr_t)model->memory, MODEL_MEMORY_BYTES,
                                 MODEL_BUILD_ID),
                TERNEL_ERROR_ACCELERATOR_MISSING);
}

/// A list that ends at once: END alone.
static struct accelerator_list empty_list(void) {
    memset(model->memory, 0, 64);
    return (struct accelerator_list){
        .model = {.bytes = model->memory, .size = 128},
        .buffers = {.bytes = model->memory + 4096, .size = 256},
        .commands = model->memory,
        .command_bytes = 64,
        .columns = 3,
        .logits = true,
    };
}

static void test_run(void) {
    struct accelerator_totals totals = {.lists = 0};
    open_device();
    const struct accelerator_list list = empty_list();
    model->registers[TERNEL_REGISTER_CYCLES / 4] = 1000;
    model->registers[TERNEL_REGISTER_DMA_STALL_DATA / 4] = 7;
    CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), TERNEL_OK);
    CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), TERNEL_OK);
    CHECK_EQUAL(totals.lists, 2);
    CHECK_EQUAL(totals.counters[0], 2000);
    CHECK_EQUAL(totals.counters[ACCELERATOR_COUNTERS - 1], 14);
    CHECK_EQUAL(looks, 2);
    CHECK_EQUAL(model->registers[TERNEL_REGISTER_MODEL_BASE / 4], 0);
    CHECK_EQUAL(model->registers[TERNEL_REGISTER_MODEL_BYTES / 4], 128);
    CHECK_EQUAL(model->registers[TERNEL_REGISTER_BUFFER_BASE / 4], 4096);
    CHECK_EQUAL(model->registers[TERNEL_REGISTER_BUFFER_BYTES / 4], 256);
    CHECK_EQUAL(model->registers[TERNEL_REGISTER_RUN / 4],
                TERNEL_RUN_START_LIST | TERNEL_RUN_LOGITS | 3 << TERNEL_RUN_ACTIVE_SHIFT);
}

/// A list longer than any number of polls without progress is waited for as long as words move.
static void test_patience(void) {
    struct accelerator_totals totals = {.lists = 0};
    open_device();
    const struct accelerator_list list = empty_list();
    model->moves = true;
    model->polls = 1 << 21;
    CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), TERNEL_OK);
    CHECK_EQUAL(model->aborts, 0);
    CHECK(looks > 100);
    model->moves = false;
    CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    CHECK_EQUAL(model->aborts, 1);
}

/// Every code of STATUS.ERROR is an error of the driver, and the line names the command.
static void test_errors(void) {
    static const struct {
        uint32_t status;
        enum ternel_error error;
    } cases[] = {
        {TERNEL_STATUS_ERROR_STARTS, TERNEL_ERROR_ACCELERATOR_COMMAND},
        {TERNEL_STATUS_ERROR_BUSY, TERNEL_ERROR_ACCELERATOR_COMMAND},
        {TERNEL_STATUS_ERROR_ACTIVE, TERNEL_ERROR_ACCELERATOR_COMMAND},
        {TERNEL_STATUS_ERROR_RANGE, TERNEL_ERROR_ACCELERATOR_COMMAND},
        {TERNEL_STATUS_ERROR_ABORTED, TERNEL_ERROR_ACCELERATOR_ABORTED},
        {TERNEL_STATUS_ERROR_HUNG, TERNEL_ERROR_ACCELERATOR_HUNG},
        {TERNEL_STATUS_ERROR_LENGTH, TERNEL_ERROR_ACCELERATOR_LIST},
        {TERNEL_STATUS_ERROR_OPCODE, TERNEL_ERROR_ACCELERATOR_LIST},
        {TERNEL_STATUS_ERROR_FIELD, TERNEL_ERROR_ACCELERATOR_LIST},
        {TERNEL_STATUS_ERROR_COUNT, TERNEL_ERROR_ACCELERATOR_LIST},
        {TERNEL_STATUS_ERROR_BANK, TERNEL_ERROR_ACCELERATOR_LIST},
        {TERNEL_STATUS_ERROR_ADDRESS, TERNEL_ERROR_ACCELERATOR_LIST},
        {TERNEL_STATUS_ERROR_TOKEN, TERNEL_ERROR_ENGINE_TOKEN},
        {TERNEL_STATUS_ERROR_REGION, TERNEL_ERROR_ACCELERATOR_REGION},
        {200, TERNEL_ERROR_ACCELERATOR_COMMAND},
    };
    struct accelerator_totals totals = {.lists = 0};
    char text[ACCELERATOR_FAULT_TEXT];
    open_device();
    const struct accelerator_list list = empty_list();
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        model->error = cases[index].status;
        CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), cases[index].error);
    }
    CHECK_EQUAL(model->aborts, 0);
    model->error = TERNEL_STATUS_ERROR_OPCODE;
    model->registers[TERNEL_REGISTER_FAULT_COMMAND / 4] = 16384;
    CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), TERNEL_ERROR_ACCELERATOR_LIST);
    CHECK_TEXT(accelerator_fault(&accelerator, text), "command 16384: OPCODE");
    model->registers[TERNEL_REGISTER_FAULT_COMMAND / 4] = 0;
    CHECK_TEXT(accelerator_fault(&accelerator, text), "command 0: OPCODE");
    // After all that it works again.
    model->error = 0;
    CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), TERNEL_OK);
}

/// A device that hangs is told to abort; one that does not even abort is an error, not an endless loop.
static void test_hangs(void) {
    struct accelerator_totals totals = {.lists = 0};
    open_device();
    const struct accelerator_list list = empty_list();
    model->hangs = true;
    CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    CHECK_EQUAL(model->aborts, 1);
    CHECK_EQUAL(accelerator_hash_memory(&accelerator, (uintptr_t)model->memory, 1, true),
                TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    CHECK_EQUAL(accelerator_hash_block(&accelerator, model->memory, true), TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    CHECK_EQUAL(model->aborts, 3);
    CHECK_EQUAL(accelerator_abort(&accelerator), TERNEL_OK);
    // DRAM never answers: the device says so by itself, and stays busy.
    model->error = TERNEL_STATUS_ERROR_HUNG;
    CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), TERNEL_ERROR_ACCELERATOR_HUNG);
    CHECK_EQUAL(model->aborts, 4);
    model->error = 0;
    CHECK_EQUAL(accelerator_abort(&accelerator), TERNEL_OK);
    model->deaf = true;
    CHECK_EQUAL(accelerator_run(&accelerator, &list, &totals), TERNEL_ERROR_ACCELERATOR_BUS);
    CHECK_EQUAL(accelerator_abort(&accelerator), TERNEL_ERROR_ACCELERATOR_BUS);
}

void accelerator_test(void) {
    test_open();
    test_run();
    test_patience();
    test_errors();
    test_hangs();
}

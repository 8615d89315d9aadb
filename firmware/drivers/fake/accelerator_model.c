#include "accelerator_model.h"

#include <string.h>

#include "check.h"
#include "mmio.h"
#include "ternel_registers.h"
#include "ternel_tables.h"

static struct accelerator_model model;
static _Alignas(64) uint8_t memory[MODEL_MEMORY_BYTES];

struct accelerator_model *accelerator_model_start(void) {
    memset(&model, 0, sizeof model);
    model.memory = memory;
    model.id = TERNEL_ACCELERATOR_ID;
    return &model;
}

static uint32_t *register_at(uint32_t offset) {
    CHECK(offset % 4 == 0 && offset / 4 < sizeof model.registers / sizeof model.registers[0]);
    return &model.registers[offset / 4];
}

int32_t accelerator_model_row(const uint8_t *packed, uint32_t stride, uint32_t row, const int8_t *activation,
                              uint32_t mantissa, uint32_t shift) {
    static const int8_t trits[256][5] = {
#define CODE(a, b, c, d, e) {a, b, c, d, e},
        TERNEL_TRIT_CODES(CODE)};
    int64_t sum = 0;
    for (uint32_t column = 0; column < stride; column++) {
        sum += trits[packed[row / 5 * stride + column]][row % 5] * activation[column];
    }
    const int64_t product = sum * mantissa;
    const int64_t rounded = shift == 0 ? product : (product + ((int64_t)1 << (shift - 1))) >> shift;
    const int64_t limit = 1 << 23;
    return (int32_t)(rounded < -limit ? -limit : rounded >= limit ? limit - 1 : rounded);
}

/// Rows whose results wait in the FIFO: what is computed, but no more than fits.
static uint32_t results_waiting(void) {
    return model.rows_done - model.rows_taken;
}

/// Lets the engine run until its FIFO is full or the matrix ends.
static void compute(void) {
    const uint32_t rows = *register_at(TERNEL_REGISTER_ROWS);
    while (model.busy && !model.hangs && results_waiting() < MODEL_RESULT_DEPTH && model.rows_done < rows &&
           (model.hangs_at_row == 0 || model.rows_done < model.hangs_at_row)) {
        model.rows_done++;
    }
    if (model.rows_done == rows && !model.hangs) {
        model.busy = false;
    }
}

static uint32_t take_result(void) {
    if (results_waiting() == 0) {
        model.empty_reads++;
        return 0;
    }
    const uint32_t row = model.rows_taken++;
    const int32_t value =
        accelerator_model_row(memory + *register_at(TERNEL_REGISTER_WEIGHT_ADDRESS),
                              *register_at(TERNEL_REGISTER_COLUMNS), row, (const int8_t *)model.activation,
                              *register_at(TERNEL_REGISTER_MANTISSA), *register_at(TERNEL_REGISTER_SHIFT));
    return (uint32_t)value;
}

static uint32_t digest_word(uint32_t word) {
    // Nettle keeps the state as words.
    return model.sha.state[word];
}

uint32_t mmio_read(uintptr_t address) {
    CHECK(address >= MODEL_WINDOW && address - MODEL_WINDOW < TERNEL_ACCELERATOR_WINDOW_BYTES);
    const uint32_t offset = (uint32_t)(address - MODEL_WINDOW);
    if (offset >= TERNEL_WINDOW_RESULT && offset < TERNEL_WINDOW_RESULT + TERNEL_WINDOW_RESULT_BYTES) {
        return take_result();
    }
    if (offset >= TERNEL_REGISTER_DIGEST0 && offset <= TERNEL_REGISTER_DIGEST7) {
        return digest_word((offset - TERNEL_REGISTER_DIGEST0) / 4);
    }
    switch (offset) {
    case TERNEL_REGISTER_ID:
        return model.id;
    case TERNEL_REGISTER_BUILD_ID:
        return MODEL_BUILD_ID;
    case TERNEL_REGISTER_CONFIG:
        return MODEL_PORT_BYTES | (uint32_t)MODEL_RESULT_DEPTH << TERNEL_CONFIG_RESULT_DEPTH_SHIFT;
    case TERNEL_REGISTER_ACTIVATION_BYTES:
        return MODEL_ACTIVATION_BYTES;
    case TERNEL_REGISTER_STATUS:
        compute();
        return (model.busy ? TERNEL_STATUS_BUSY : TERNEL_STATUS_DONE) |
               model.error << TERNEL_STATUS_ERROR_SHIFT | results_waiting() << TERNEL_STATUS_RESULTS_SHIFT;
    default:
        return *register_at(offset);
    }
}

static void hash(const uint8_t *bytes, uint32_t blocks, bool first) {
    if (first) {
        sha256_init(&model.sha);
    }
    sha256_update(&model.sha, 64 * (size_t)blocks, bytes);
}

static void control(uint32_t value) {
    const bool first = (value & TERNEL_CONTROL_SHA_INIT) != 0;
    if ((value & TERNEL_CONTROL_ABORT) != 0) {
        model.aborts++;
        model.busy = false;
        model.rows_taken = model.rows_done;
        return;
    }
    CHECK(!model.busy);
    model.starts++;
    model.rows_done = 0;
    model.rows_taken = 0;
    model.busy = model.hangs || (value & TERNEL_CONTROL_START_MATVEC) != 0;
    if (model.error != 0) {
        model.busy = false;
    } else if ((value & TERNEL_CONTROL_START_SHA) != 0 && !model.hangs) {
        const uint32_t address = *register_at(TERNEL_REGISTER_SHA_ADDRESS);
        const uint32_t blocks = *register_at(TERNEL_REGISTER_SHA_BLOCKS);
        CHECK(blocks > 0 && address % MODEL_PORT_BYTES == 0 && address + 64 * blocks <= MODEL_MEMORY_BYTES);
        hash(memory + address, blocks, first);
    } else if ((value & TERNEL_CONTROL_START_SHA_BLOCK) != 0 && !model.hangs) {
        hash(model.block, 1, first);
    }
}

void mmio_write(uintptr_t address, uint32_t value) {
    CHECK(address >= MODEL_WINDOW && address - MODEL_WINDOW < TERNEL_ACCELERATOR_WINDOW_BYTES &&
          address % 4 == 0);
    const uint32_t offset = (uint32_t)(address - MODEL_WINDOW);
    if (offset >= TERNEL_WINDOW_SHA_BLOCK) {
        CHECK(offset - TERNEL_WINDOW_SHA_BLOCK < 64);
        memcpy(model.block + (offset - TERNEL_WINDOW_SHA_BLOCK), &value, 4);
    } else if (offset >= TERNEL_WINDOW_ACTIVATION) {
        CHECK(offset - TERNEL_WINDOW_ACTIVATION < MODEL_ACTIVATION_BYTES);
        memcpy(model.activation + (offset - TERNEL_WINDOW_ACTIVATION), &value, 4);
    } else if (offset == TERNEL_REGISTER_CONTROL) {
        control(value);
    } else {
        *register_at(offset) = value;
    }
}

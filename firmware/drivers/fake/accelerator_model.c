#include "accelerator_model.h"

#include <string.h>

#include "bytes.h"
#include "check.h"
#include "mmio.h"
#include "ternel_commands.h"
#include "ternel_registers.h"
#include "ternel_tables.h"

static struct accelerator_model model;
static _Alignas(64) uint8_t memory[MODEL_MEMORY_BYTES];

struct accelerator_model *accelerator_model_start(void) {
    memset(&model, 0, sizeof model);
    model.memory = memory;
    model.id = TERNEL_ACCELERATOR_ID;
    model.polls = MODEL_POLLS;
    return &model;
}

void accelerator_model_release(const void *bytes, size_t size) {
    CHECK(model.releases < MODEL_RELEASES);
    model.released[model.releases].start = bytes;
    model.released[model.releases].end = (const uint8_t *)bytes + size;
    model.releases++;
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

int32_t accelerator_model_logit(int32_t state, uint32_t row) {
    return (int32_t)(((uint32_t)state * 7 + row * 13) % 101);
}

static uint32_t *register_at(uint32_t offset) {
    CHECK(offset % 4 == 0 && offset / 4 < sizeof model.registers / sizeof model.registers[0]);
    return &model.registers[offset / 4];
}

// ---------------------------------------------------------------------------------------------------------
// Command lists

/// A piece of region B, which no cache may hold.
static uint8_t *buffer(uint32_t offset, uint32_t size) {
    const uint32_t base = *register_at(TERNEL_REGISTER_BUFFER_BASE);
    const uint32_t bytes = *register_at(TERNEL_REGISTER_BUFFER_BYTES);
    CHECK(base % 64 == 0 && bytes % 64 == 0 && base + bytes <= MODEL_MEMORY_BYTES);
    CHECK(offset % 64 == 0 && offset + size <= bytes);
    uint8_t *start = memory + base + offset;
    bool released = false;
    for (uint32_t index = 0; index < model.releases; index++) {
        released =
            released || (model.released[index].start <= start && start + size <= model.released[index].end);
    }
    CHECK(released);
    return start;
}

static const uint8_t *model_bytes(uint32_t offset, uint32_t size) {
    const uint32_t base = *register_at(TERNEL_REGISTER_MODEL_BASE);
    const uint32_t bytes = *register_at(TERNEL_REGISTER_MODEL_BYTES);
    CHECK(base % 64 == 0 && bytes % 64 == 0 && base + bytes <= MODEL_MEMORY_BYTES);
    CHECK(offset % 64 == 0 && offset + size <= bytes);
    return memory + base + offset;
}

static void load_activations(const uint8_t *command) {
    const uint32_t count = ternel_read_u32(command + TERNEL_COMMAND_COUNT_OFFSET);
    CHECK(count <= MODEL_ACTIVATION_BYTES && command[TERNEL_COMMAND_COLUMN_OFFSET] == 0);
    memcpy(model.activation, buffer(ternel_read_u32(command + TERNEL_COMMAND_OFFSET_OFFSET), count), count);
    model.mantissa = ternel_read_u16(command + TERNEL_COMMAND_MANTISSA_OFFSET);
    model.shift = command[TERNEL_COMMAND_SHIFT_OFFSET];
}

/// A matrix for real; with LOGITS and tokens, the stand-in for logits.
static void matrix(const uint8_t *command, bool tokens) {
    const uint32_t rows = ternel_read_u32(command + TERNEL_COMMAND_COUNT_OFFSET);
    const uint32_t groups = ternel_read_u32(command + TERNEL_COMMAND_GROUPS_OFFSET);
    const uint32_t stride = ternel_read_u32(command + TERNEL_COMMAND_STRIDE_OFFSET);
    const uint32_t destination = ternel_read_u32(command + TERNEL_COMMAND_DESTINATION_OFFSET);
    const bool logits = command[TERNEL_COMMAND_FLAGS_OFFSET] == TERNEL_COMMAND_FLAG_LOGITS;
    CHECK(groups == (rows + 4) / 5 && stride % 64 == 0 && stride <= MODEL_ACTIVATION_BYTES);
    CHECK(ternel_read_u32(command + TERNEL_COMMAND_SPLIT_OFFSET) == rows);
    CHECK(logits || (destination == 0 && rows <= MODEL_VECTOR_ELEMENTS));
    const uint8_t *packed =
        model_bytes(ternel_read_u32(command + TERNEL_COMMAND_OFFSET_OFFSET), groups * stride);
    const int32_t state = tokens ? (int32_t)ternel_read_u32(buffer(0, 64)) : 0;
    int32_t largest = INT32_MIN;
    for (uint32_t row = 0; row < rows; row++) {
        const int32_t value = tokens ? accelerator_model_logit(state, row)
                                     : accelerator_model_row(packed, stride, row, model.activation,
                                                             model.mantissa, model.shift);
        if (logits) {
            ternel_write_u32(buffer(destination, 4 * rows) + 4 * row, (uint32_t)value);
        } else {
            model.bank[row] = value;
        }
        if (value > largest) {
            largest = value;
            const uint32_t last = *register_at(TERNEL_REGISTER_RUN) >> TERNEL_RUN_ACTIVE_SHIFT;
            *register_at(TERNEL_REGISTER_BEST_TOKEN0 + 4 * (last - 1)) = row;
        }
    }
}

static void store(const uint8_t *command) {
    const uint32_t count = ternel_read_u32(command + TERNEL_COMMAND_COUNT_OFFSET);
    CHECK(command[TERNEL_COMMAND_COLUMN_OFFSET] == 0);
    uint8_t *out = buffer(ternel_read_u32(command + TERNEL_COMMAND_OFFSET_OFFSET), 4 * count);
    for (uint32_t index = 0; index < count; index++) {
        ternel_write_u32(out + 4 * index, (uint32_t)model.bank[index]);
    }
}

/// The stand-in for a model: the state's first element takes up every token, so that their order counts.
static void embed(uint32_t columns) {
    uint8_t *state = buffer(0, 64);
    for (uint32_t column = 0; column < columns; column++) {
        const uint32_t scale = *register_at(TERNEL_REGISTER_TOKEN_SCALE0 + 4 * column);
        const uint32_t token = *register_at(TERNEL_REGISTER_TOKEN0 + 4 * column);
        ternel_write_u32(state, ternel_read_u32(state) * 3 + token + scale % 7);
    }
}

static void run_list(uint32_t run) {
    const uint32_t columns = (run & TERNEL_RUN_ACTIVE) >> TERNEL_RUN_ACTIVE_SHIFT;
    const uint32_t offset = *register_at(TERNEL_REGISTER_LIST_OFFSET);
    const uint32_t bytes = *register_at(TERNEL_REGISTER_LIST_BYTES);
    CHECK(columns >= 1 && columns <= MODEL_COLUMNS && bytes % 64 == 0 && bytes != 0);
    const uint8_t *command =
        (run & TERNEL_RUN_LIST_IN_BUFFER) != 0 ? buffer(offset, bytes) : model_bytes(offset, bytes);
    bool tokens = false;
    for (uint32_t index = 0; index < bytes / 64; index++, command += 64) {
        *register_at(TERNEL_REGISTER_FAULT_COMMAND) = index;
        switch (command[0]) {
        case TERNEL_OPERATION_END:
            return;
        case TERNEL_OPERATION_END_UNLESS_LOGITS:
            if ((run & TERNEL_RUN_LOGITS) == 0) {
                return;
            }
            break;
        case TERNEL_OPERATION_EMBED:
            tokens = true;
            embed(columns);
            break;
        case TERNEL_OPERATION_LOAD_ACTIVATIONS:
            load_activations(command);
            break;
        case TERNEL_OPERATION_MATRIX:
            matrix(command, tokens);
            break;
        case TERNEL_OPERATION_STORE:
            store(command);
            break;
        default:
            CHECK(!"an operation that the model does not run");
        }
    }
    CHECK(!"a list without an end");
}

// ---------------------------------------------------------------------------------------------------------
// Registers

uint32_t mmio_read(uintptr_t address) {
    CHECK(address >= MODEL_WINDOW && address - MODEL_WINDOW < TERNEL_ACCELERATOR_WINDOW_BYTES);
    const uint32_t offset = (uint32_t)(address - MODEL_WINDOW);
    bool done;
    if (offset >= TERNEL_REGISTER_DIGEST0 && offset <= TERNEL_REGISTER_DIGEST7) {
        return model.sha.state[(offset - TERNEL_REGISTER_DIGEST0) / 4]; // Nettle keeps the state as words
    }
    switch (offset) {
    case TERNEL_REGISTER_ID:
        return model.id;
    case TERNEL_REGISTER_BUILD_ID:
        return MODEL_BUILD_ID;
    case TERNEL_REGISTER_CONFIG:
        return MODEL_PORT_BYTES | (uint32_t)MODEL_COLUMNS << TERNEL_CONFIG_COLUMNS_SHIFT;
    case TERNEL_REGISTER_CONFIG3:
        return MODEL_VECTOR_ELEMENTS | (uint32_t)MODEL_STATE_ELEMENTS << TERNEL_CONFIG3_STATE_ELEMENTS_SHIFT;
    case TERNEL_REGISTER_CONFIG4:
        return MODEL_ACTIVATION_BYTES;
    case TERNEL_REGISTER_STATUS:
        if (model.busy && model.moves) {
            (*register_at(TERNEL_REGISTER_BEATS))++;
        }
        if (model.busy && !model.hangs && model.polls_left-- == 0) {
            model.busy = false;
        }
        // A list that hung is done, though busy until DRAM answers.
        done = !model.busy || (model.hangs && model.error == TERNEL_STATUS_ERROR_HUNG);
        return (model.busy ? TERNEL_STATUS_BUSY : 0) | (done ? TERNEL_STATUS_DONE : 0) |
               model.error << TERNEL_STATUS_ERROR_SHIFT;
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
        model.busy = model.busy && model.deaf;
        return;
    }
    CHECK(!model.busy);
    model.starts++;
    model.busy = model.hangs;
    model.polls_left = 0;
    if (model.error != 0 || model.hangs) {
        return;
    }
    if ((value & TERNEL_CONTROL_START_SHA) != 0) {
        const uint32_t address = *register_at(TERNEL_REGISTER_SHA_ADDRESS);
        const uint32_t blocks = *register_at(TERNEL_REGISTER_SHA_BLOCKS);
        CHECK(blocks > 0 && address % 64 == 0 && address + 64 * blocks <= MODEL_MEMORY_BYTES);
        hash(memory + address, blocks, first);
    } else if ((value & TERNEL_CONTROL_START_SHA_BLOCK) != 0) {
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
    } else if (offset == TERNEL_REGISTER_CONTROL) {
        control(value);
    } else {
        CHECK(!model.busy);
        *register_at(offset) = value;
        if (offset == TERNEL_REGISTER_RUN && (value & TERNEL_RUN_START_LIST) != 0) {
            model.starts++;
            model.busy = true;
            model.polls_left = model.polls;
            if (model.error == 0 && !model.hangs) {
                run_list(value);
            }
            model.releases = 0;
        }
    }
}

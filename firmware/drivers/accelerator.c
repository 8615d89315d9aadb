#include "accelerator.h"

#include "bytes.h"
#include "mmio.h"
#include "ternel_registers.h"

/// Polls of STATUS without any progress after which the device counts as hung. A poll is an uncached read of
/// about ten cycles; the longest wait of a healthy device is one matrix row, 16384 columns on an 8-byte port.
enum { POLLS_WITHOUT_PROGRESS = 1 << 20, ROW_GROUP = 5 };

static uint32_t read_register(const struct accelerator *accelerator, uint32_t offset) {
    return mmio_read(accelerator->window + offset);
}

static void write_register(const struct accelerator *accelerator, uint32_t offset, uint32_t value) {
    mmio_write(accelerator->window + offset, value);
}

static uint32_t status_error(uint32_t status) {
    return (status & TERNEL_STATUS_ERROR) >> TERNEL_STATUS_ERROR_SHIFT;
}

static uint32_t status_results(uint32_t status) {
    return (status & TERNEL_STATUS_RESULTS) >> TERNEL_STATUS_RESULTS_SHIFT;
}

/// Ends the command, if it still runs, and empties the result FIFO, so that the next command starts clean.
static enum ternel_error give_up(const struct accelerator *accelerator, enum ternel_error error) {
    write_register(accelerator, TERNEL_REGISTER_CONTROL, TERNEL_CONTROL_ABORT);
    return error;
}

enum ternel_error accelerator_open(struct accelerator *accelerator, uintptr_t window, uintptr_t memory,
                                   uint32_t memory_bytes, uint32_t build_id) {
    *accelerator = (struct accelerator){.window = window, .memory = memory, .memory_bytes = memory_bytes};
    if (read_register(accelerator, TERNEL_REGISTER_ID) != TERNEL_ACCELERATOR_ID) {
        return TERNEL_ERROR_ACCELERATOR_MISSING;
    }
    if (read_register(accelerator, TERNEL_REGISTER_BUILD_ID) != build_id) {
        return TERNEL_ERROR_ACCELERATOR_BUILD;
    }
    const uint32_t config = read_register(accelerator, TERNEL_REGISTER_CONFIG);
    accelerator->port_bytes = (config & TERNEL_CONFIG_PORT_BYTES) >> TERNEL_CONFIG_PORT_BYTES_SHIFT;
    accelerator->activation_bytes = read_register(accelerator, TERNEL_REGISTER_ACTIVATION_BYTES);
    return TERNEL_OK;
}

enum ternel_error accelerator_accepts(const struct accelerator *accelerator, uint32_t column_align,
                                      uint32_t widest) {
    if (column_align % accelerator->port_bytes != 0) {
        return TERNEL_ERROR_ACCELERATOR_ALIGN;
    }
    return widest > accelerator->activation_bytes ? TERNEL_ERROR_ACCELERATOR_SHAPE : TERNEL_OK;
}

/// Writes activations and parameters. The device checks the parameters when it starts; what it cannot know is
/// checked here: that the activation fits its window.
static enum ternel_error prepare(const struct accelerator *accelerator, const struct ternel_matrix *matrix,
                                 const int8_t *activation, uint16_t mantissa, uint8_t shift) {
    if (matrix->stride > accelerator->activation_bytes) {
        return TERNEL_ERROR_ACCELERATOR_SHAPE;
    }
    // Bytes beyond the last column need not be written: their weights are zero trits.
    const int8_t *words = __builtin_assume_aligned(activation, 16);
    const uintptr_t buffer = accelerator->window + TERNEL_WINDOW_ACTIVATION;
    for (uint32_t at = 0; at < matrix->columns; at += 4) {
        uint32_t word;
        __builtin_memcpy(&word, words + at, sizeof word);
        mmio_write(buffer + at, word);
    }
    write_register(accelerator, TERNEL_REGISTER_WEIGHT_ADDRESS,
                   (uint32_t)((uintptr_t)matrix->packed - accelerator->memory));
    write_register(accelerator, TERNEL_REGISTER_ROWS, matrix->rows);
    write_register(accelerator, TERNEL_REGISTER_COLUMNS, matrix->stride);
    write_register(accelerator, TERNEL_REGISTER_MANTISSA, mantissa);
    write_register(accelerator, TERNEL_REGISTER_SHIFT, shift);
    return TERNEL_OK;
}

/// Takes `count` results that are known to wait in the FIFO.
static void take_results(const struct accelerator *accelerator, int32_t *out, uint32_t count) {
    const uintptr_t result = accelerator->window + TERNEL_WINDOW_RESULT;
    uint32_t row = 0;
    for (; count - row >= 4; row += 4) {
        out[row] = (int32_t)mmio_read(result);
        out[row + 1] = (int32_t)mmio_read(result + 4);
        out[row + 2] = (int32_t)mmio_read(result + 8);
        out[row + 3] = (int32_t)mmio_read(result + 12);
    }
    for (; row < count; row++) {
        out[row] = (int32_t)mmio_read(result);
    }
}

/// Takes `rows` results while the device computes, then checks how the command ended. STATUS is read before
/// every batch: reading an empty FIFO of a hung device would block the bus.
static enum ternel_error drain(struct accelerator *accelerator, int32_t *out, uint32_t rows) {
    uint32_t taken = 0;
    uint32_t idle = 0;
    while (taken < rows) {
        const uint32_t status = read_register(accelerator, TERNEL_REGISTER_STATUS);
        uint32_t waiting = status_results(status);
        if (status_error(status) != TERNEL_STATUS_ERROR_NONE) {
            return give_up(accelerator, TERNEL_ERROR_ACCELERATOR_COMMAND);
        }
        if (waiting == 0) {
            if ((status & TERNEL_STATUS_BUSY) == 0 || ++idle > POLLS_WITHOUT_PROGRESS) {
                return give_up(accelerator, TERNEL_ERROR_ACCELERATOR_TIMEOUT);
            }
            continue;
        }
        idle = 0;
        waiting = waiting < rows - taken ? waiting : rows - taken;
        take_results(accelerator, out + taken, waiting);
        taken += waiting;
    }
    accelerator->busy_cycles += read_register(accelerator, TERNEL_REGISTER_CYCLES);
    return TERNEL_OK;
}

enum ternel_error accelerator_multiply(void *context, const struct ternel_matrix *matrix,
                                       const int8_t *activation, uint16_t mantissa, uint8_t shift,
                                       int32_t *out) {
    struct accelerator *accelerator = context;
    TERNEL_TRY(prepare(accelerator, matrix, activation, mantissa, shift));
    write_register(accelerator, TERNEL_REGISTER_CONTROL, TERNEL_CONTROL_START_MATVEC);
    return drain(accelerator, out, matrix->rows);
}

/// Waits until the device is done, without taking results. Error: nothing for too long, or the command
/// failed.
static enum ternel_error wait_done(const struct accelerator *accelerator, uint32_t polls) {
    for (uint32_t poll = 0; poll < polls; poll++) {
        const uint32_t status = read_register(accelerator, TERNEL_REGISTER_STATUS);
        if ((status & TERNEL_STATUS_BUSY) == 0) {
            return status_error(status) == TERNEL_STATUS_ERROR_NONE ? TERNEL_OK
                                                                    : TERNEL_ERROR_ACCELERATOR_COMMAND;
        }
    }
    return give_up(accelerator, TERNEL_ERROR_ACCELERATOR_TIMEOUT);
}

enum ternel_error accelerator_measure(struct accelerator *accelerator, const struct ternel_matrix *matrix,
                                      const int8_t *activation, uint16_t mantissa, uint8_t shift,
                                      int32_t *out, struct accelerator_counters *counters) {
    const uint32_t config = read_register(accelerator, TERNEL_REGISTER_CONFIG);
    const uint32_t depth = (config & TERNEL_CONFIG_RESULT_DEPTH) >> TERNEL_CONFIG_RESULT_DEPTH_SHIFT;
    TERNEL_TRY(prepare(accelerator, matrix, activation, mantissa, shift));
    write_register(accelerator, TERNEL_REGISTER_CONTROL, TERNEL_CONTROL_START_MATVEC);
    if (matrix->rows <= depth) {
        // About ten cycles a poll, and never fewer bytes than one in two cycles.
        TERNEL_TRY(wait_done(accelerator, matrix->groups * (matrix->stride / 4 + ROW_GROUP) + 10000));
    }
    TERNEL_TRY(drain(accelerator, out, matrix->rows));
    TERNEL_TRY(wait_done(accelerator, POLLS_WITHOUT_PROGRESS));
    *counters = (struct accelerator_counters){
        .cycles = read_register(accelerator, TERNEL_REGISTER_CYCLES),
        .beats = read_register(accelerator, TERNEL_REGISTER_BEATS),
        .stall_weights = read_register(accelerator, TERNEL_REGISTER_STALL_WEIGHTS),
        .stall_output = read_register(accelerator, TERNEL_REGISTER_STALL_OUTPUT),
        .stall_command = read_register(accelerator, TERNEL_REGISTER_DMA_STALL_COMMAND),
        .stall_room = read_register(accelerator, TERNEL_REGISTER_DMA_STALL_ROOM),
        .stall_data = read_register(accelerator, TERNEL_REGISTER_DMA_STALL_DATA),
    };
    return TERNEL_OK;
}

enum ternel_error accelerator_hash_memory(struct accelerator *accelerator, uintptr_t message, uint32_t blocks,
                                          bool first) {
    write_register(accelerator, TERNEL_REGISTER_SHA_ADDRESS, (uint32_t)(message - accelerator->memory));
    write_register(accelerator, TERNEL_REGISTER_SHA_BLOCKS, blocks);
    write_register(accelerator, TERNEL_REGISTER_CONTROL,
                   TERNEL_CONTROL_START_SHA | (first ? TERNEL_CONTROL_SHA_INIT : 0));
    // A block takes 65 cycles of the hash unit and at most a few hundred of DRAM; a poll takes about ten.
    return wait_done(accelerator, 10000 + 64 * (blocks < (1u << 24) ? blocks : 1u << 24));
}

enum ternel_error accelerator_hash_block(struct accelerator *accelerator, const uint8_t block[64],
                                         bool first) {
    for (uint32_t at = 0; at < 64; at += 4) {
        write_register(accelerator, TERNEL_WINDOW_SHA_BLOCK + at, ternel_read_u32(block + at));
    }
    write_register(accelerator, TERNEL_REGISTER_CONTROL,
                   TERNEL_CONTROL_START_SHA_BLOCK | (first ? TERNEL_CONTROL_SHA_INIT : 0));
    return wait_done(accelerator, 10000);
}

void accelerator_digest(const struct accelerator *accelerator, uint8_t digest[TERNEL_SHA256_BYTES]) {
    for (uint32_t word = 0; word < 8; word++) {
        const uint32_t value = read_register(accelerator, TERNEL_REGISTER_DIGEST0 + 4 * word);
        digest[4 * word] = (uint8_t)(value >> 24);
        digest[4 * word + 1] = (uint8_t)(value >> 16);
        digest[4 * word + 2] = (uint8_t)(value >> 8);
        digest[4 * word + 3] = (uint8_t)value;
    }
}

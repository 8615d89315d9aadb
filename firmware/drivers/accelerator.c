#include "accelerator.h"

#include "bytes.h"
#include "mmio.h"
#include "ternel_registers.h"

/// A poll is an uncached read of about ten cycles. The device's own watchdog ends a list after 2^20 cycles
/// without progress; the driver's limit is for a device that does not even do that.
enum { POLLS_BETWEEN_LOOKS = 1 << 12, LOOKS_WITHOUT_PROGRESS = 1 << 7, POLLS_TO_ABORT = 1 << 16 };

uint32_t accelerator_read(const struct accelerator *accelerator, uint32_t offset) {
    return mmio_read(accelerator->window + offset);
}

void accelerator_write(const struct accelerator *accelerator, uint32_t offset, uint32_t value) {
    mmio_write(accelerator->window + offset, value);
}

/// A field of a register: `mask` and `shift` as ternel_registers.h names them.
#define FIELD(value, name) (((value)&TERNEL_##name) >> TERNEL_##name##_SHIFT)

enum ternel_error accelerator_open(struct accelerator *accelerator, uintptr_t window, uintptr_t memory,
                                   uint32_t memory_bytes, uint32_t build_id) {
    *accelerator = (struct accelerator){.window = window, .memory = memory, .memory_bytes = memory_bytes};
    if (accelerator_read(accelerator, TERNEL_REGISTER_ID) != TERNEL_ACCELERATOR_ID) {
        return TERNEL_ERROR_ACCELERATOR_MISSING;
    }
    if (accelerator_read(accelerator, TERNEL_REGISTER_BUILD_ID) != build_id) {
        return TERNEL_ERROR_ACCELERATOR_BUILD;
    }
    const uint32_t config = accelerator_read(accelerator, TERNEL_REGISTER_CONFIG);
    const uint32_t config3 = accelerator_read(accelerator, TERNEL_REGISTER_CONFIG3);
    const uint32_t config4 = accelerator_read(accelerator, TERNEL_REGISTER_CONFIG4);
    accelerator->port_bytes = FIELD(config, CONFIG_PORT_BYTES);
    accelerator->columns = FIELD(config, CONFIG_COLUMNS);
    accelerator->vector_elements = FIELD(config3, CONFIG3_VECTOR_ELEMENTS);
    accelerator->state_elements = FIELD(config3, CONFIG3_STATE_ELEMENTS);
    accelerator->activation_bytes = FIELD(config4, CONFIG4_ACTIVATION_BYTES);
    return TERNEL_OK;
}

/// What a code of STATUS.ERROR means to whoever started the command.
static enum ternel_error meaning(uint32_t error) {
    switch (error) {
    case TERNEL_STATUS_ERROR_NONE:
        return TERNEL_OK;
    case TERNEL_STATUS_ERROR_ABORTED:
        return TERNEL_ERROR_ACCELERATOR_ABORTED;
    case TERNEL_STATUS_ERROR_HUNG:
        return TERNEL_ERROR_ACCELERATOR_HUNG;
    case TERNEL_STATUS_ERROR_LENGTH:
    case TERNEL_STATUS_ERROR_OPCODE:
    case TERNEL_STATUS_ERROR_FIELD:
    case TERNEL_STATUS_ERROR_COUNT:
    case TERNEL_STATUS_ERROR_BANK:
    case TERNEL_STATUS_ERROR_ADDRESS:
        return TERNEL_ERROR_ACCELERATOR_LIST;
    case TERNEL_STATUS_ERROR_TOKEN:
        return TERNEL_ERROR_ENGINE_TOKEN;
    case TERNEL_STATUS_ERROR_REGION:
        return TERNEL_ERROR_ACCELERATOR_REGION;
    default:
        return TERNEL_ERROR_ACCELERATOR_COMMAND;
    }
}

/// A list that hung is done, but the device stays busy until DRAM has answered; that may be never.
static bool is_busy(struct accelerator *accelerator) {
    const uint32_t status = accelerator_read(accelerator, TERNEL_REGISTER_STATUS);
    accelerator->status_error = FIELD(status, STATUS_ERROR);
    return (status & (TERNEL_STATUS_BUSY | TERNEL_STATUS_DONE)) == TERNEL_STATUS_BUSY;
}

static void look_around(const struct accelerator *accelerator) {
    if (accelerator->while_waiting != NULL) {
        accelerator->while_waiting();
    }
}

enum ternel_error accelerator_abort(struct accelerator *accelerator) {
    accelerator_write(accelerator, TERNEL_REGISTER_CONTROL, TERNEL_CONTROL_ABORT);
    for (uint32_t poll = 0; poll < POLLS_TO_ABORT; poll++) {
        if (!is_busy(accelerator)) {
            return TERNEL_OK;
        }
    }
    return TERNEL_ERROR_ACCELERATOR_BUS;
}

enum ternel_error accelerator_wait(struct accelerator *accelerator) {
    uint32_t beats = 0;
    look_around(accelerator);
    for (uint32_t look = 0; look < LOOKS_WITHOUT_PROGRESS; look++) {
        for (uint32_t poll = 0; poll < POLLS_BETWEEN_LOOKS; poll++) {
            if (!is_busy(accelerator)) {
                return meaning(accelerator->status_error);
            }
        }
        look_around(accelerator);
        const uint32_t now = accelerator_read(accelerator, TERNEL_REGISTER_BEATS);
        if (now != beats) {
            look = 0;
        }
        beats = now;
    }
    TERNEL_TRY(accelerator_abort(accelerator));
    return TERNEL_ERROR_ACCELERATOR_TIMEOUT;
}

enum ternel_error accelerator_hash_memory(struct accelerator *accelerator, uintptr_t message, uint32_t blocks,
                                          bool first) {
    accelerator_write(accelerator, TERNEL_REGISTER_SHA_ADDRESS, (uint32_t)(message - accelerator->memory));
    accelerator_write(accelerator, TERNEL_REGISTER_SHA_BLOCKS, blocks);
    accelerator_write(accelerator, TERNEL_REGISTER_CONTROL,
                      TERNEL_CONTROL_START_SHA | (first ? TERNEL_CONTROL_SHA_INIT : 0));
    return accelerator_wait(accelerator);
}

enum ternel_error accelerator_hash_block(struct accelerator *accelerator, const uint8_t block[64],
                                         bool first) {
    for (uint32_t at = 0; at < 64; at += 4) {
        accelerator_write(accelerator, TERNEL_WINDOW_SHA_BLOCK + at, ternel_read_u32(block + at));
    }
    accelerator_write(accelerator, TERNEL_REGISTER_CONTROL,
                      TERNEL_CONTROL_START_SHA_BLOCK | (first ? TERNEL_CONTROL_SHA_INIT : 0));
    return accelerator_wait(accelerator);
}

void accelerator_digest(const struct accelerator *accelerator, uint8_t digest[TERNEL_SHA256_BYTES]) {
    for (uint32_t word = 0; word < 8; word++) {
        const uint32_t value = accelerator_read(accelerator, TERNEL_REGISTER_DIGEST0 + 4 * word);
        digest[4 * word] = (uint8_t)(value >> 24);
        digest[4 * word + 1] = (uint8_t)(value >> 16);
        digest[4 * word + 2] = (uint8_t)(value >> 8);
        digest[4 * word + 3] = (uint8_t)value;
    }
}

// A model of the accelerator behind its registers, written from hw/accel/registers.ts: enough to test the
// driver, and faults that real hardware shows rarely.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <nettle/sha2.h>

enum {
    MODEL_WINDOW = 0x90000000,
    MODEL_PORT_BYTES = 16,
    MODEL_ACTIVATION_BYTES = 1024,
    MODEL_RESULT_DEPTH = 8,
    MODEL_MEMORY_BYTES = 1 << 18,
    MODEL_BUILD_ID = 0x600dcafe,
};

struct accelerator_model {
    uint8_t *memory;       ///< MODEL_MEMORY_BYTES of DRAM, aligned to 64
    uint32_t id;           ///< what the ID register says
    bool hangs;            ///< commands never end and give no results
    uint32_t hangs_at_row; ///< gives that many results, then no more; 0: never
    uint32_t error;        ///< STATUS.ERROR that every command ends with
    // What the driver did.
    uint32_t starts;
    uint32_t aborts;
    uint32_t empty_reads; ///< reads of RESULT that would have blocked the bus
    // State.
    uint32_t registers[64];
    uint8_t activation[MODEL_ACTIVATION_BYTES];
    uint8_t block[64];
    uint32_t rows_done;
    uint32_t rows_taken;
    bool busy;
    struct sha256_ctx sha;
};

/// The one device; resets it.
struct accelerator_model *accelerator_model_start(void);

/// S24(R(sum * mantissa, shift)) of one row, by plain loops over the definition (docs/numerics.md, section
/// 3).
int32_t accelerator_model_row(const uint8_t *packed, uint32_t stride, uint32_t row, const int8_t *activation,
                              uint32_t mantissa, uint32_t shift);

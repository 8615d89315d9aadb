// A model of the accelerator behind its registers, written from hw/accel/registers.ts and commands.ts: enough
// to test the driver, and faults that real hardware shows rarely. It runs lists of one matrix for real; of a
// model's list it runs EMBED and MATRIX with LOGITS, in stand-ins that show which tokens came in which order.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nettle/sha2.h>

enum {
    MODEL_WINDOW = 0x90000000,
    MODEL_PORT_BYTES = 16,
    MODEL_COLUMNS = 4,
    MODEL_VECTOR_ELEMENTS = 256,
    MODEL_STATE_ELEMENTS = 128,
    MODEL_ACTIVATION_BYTES = 1024,
    MODEL_MEMORY_BYTES = 1 << 18,
    MODEL_BUILD_ID = 0x600dcafe,
    MODEL_RELEASES = 8,
    MODEL_POLLS = 5, ///< of STATUS until a list has ended
    MODEL_TOP_K = 16,
};

struct accelerator_model {
    uint8_t *memory; ///< MODEL_MEMORY_BYTES of DRAM, aligned to 64
    uint32_t id;     ///< what the ID register says
    bool hangs;      ///< what is started never ends
    bool deaf;       ///< and not even ABORT ends it
    uint32_t error;  ///< STATUS.ERROR that everything ends with
    /// Polls of STATUS until a list ends; while `moves`, BEATS counts with them.
    uint32_t polls;
    bool moves;
    // What the driver did.
    uint32_t starts;
    uint32_t aborts;
    struct {
        const uint8_t *start;
        const uint8_t *end;
    } released[MODEL_RELEASES]; ///< ranges that no cache holds, since the last start
    uint32_t releases;
    // State.
    uint32_t registers[128];
    uint8_t block[64];
    int8_t activation[MODEL_ACTIVATION_BYTES];
    uint32_t mantissa;
    uint32_t shift;
    int32_t bank[MODEL_VECTOR_ELEMENTS];
    struct {
        int32_t logit;
        uint32_t row;
    } top[MODEL_TOP_K + 1]; ///< and room for one that falls out
    uint32_t top_count;
    bool busy;
    uint32_t polls_left;
    struct sha256_ctx sha;
};

/// The one device; resets it.
struct accelerator_model *accelerator_model_start(void);

/// What cache_release does on the SoC: the model refuses to read or write what was not released.
void accelerator_model_release(const void *bytes, size_t size);

/// S24(R(sum * mantissa, shift)) of one row, by plain loops over the definition (docs/numerics.md, section
/// 3).
int32_t accelerator_model_row(const uint8_t *packed, uint32_t stride, uint32_t row, const int8_t *activation,
                              uint32_t mantissa, uint32_t shift);

/// The logit that the model's stand-in computes from the state's first element.
int32_t accelerator_model_logit(int32_t state, uint32_t row);

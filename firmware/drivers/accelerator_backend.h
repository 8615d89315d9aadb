// The accelerator as the engine's backends: whole tokens by the model's own command list, or one matrix at a
// time by a small list for an engine that computes the vectors on the CPU.
#pragma once

#include "accelerator_list.h"
#include "engine.h"

struct accelerator_backend {
    struct accelerator *accelerator;
    /// Throws a range out of all caches, newer bytes to DRAM first.
    void (*release)(const void *bytes, size_t size);
    struct accelerator_totals totals;
    /// What a list of one matrix reads and writes: activations, results and the list itself lie in it.
    struct accelerator_region buffers;
    uint8_t *commands;    ///< TERNEL_BACKEND_COMMAND_BYTES in `buffers`
    uint32_t last_column; ///< the last active one of the last list with logits
    char fault[ACCELERATOR_FAULT_TEXT];
};

/// Whether the hardware can run a container's command list, and if not, its matrices one at a time.
enum ternel_error accelerator_takes_tokens(const struct accelerator *accelerator,
                                           const struct ternel_container *container) TERNEL_MUST_CHECK;
enum ternel_error accelerator_takes_matrices(const struct accelerator *accelerator,
                                             const struct ternel_container *container) TERNEL_MUST_CHECK;

/// ternel_backend's functions; `context` is the struct accelerator_backend.
enum ternel_error accelerator_run_tokens(void *context, struct ternel_engine *engine, const uint32_t *tokens,
                                         uint32_t count, bool logits) TERNEL_MUST_CHECK;
void accelerator_publish(void *context, struct ternel_engine *engine);
uint32_t accelerator_best(void *context);
uint32_t accelerator_top(void *context, struct ternel_candidate *entries, uint32_t room);
const char *accelerator_backend_fault(void *context);

/// The matrix lies in DRAM and no cache holds newer bytes of it; `activation` and `out` lie in `buffers`, at
/// multiples of 64.
enum ternel_error accelerator_multiply(void *context, const struct ternel_matrix *matrix,
                                       const int8_t *activation, uint16_t mantissa, uint8_t shift,
                                       int32_t *out) TERNEL_MUST_CHECK;

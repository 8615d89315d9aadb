// What the engine and the console ask of the machine below them: tables of functions, each with its own
// context. One folder of firmware/platform fills them in; nothing above knows which.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum { TERNEL_SHA256_BYTES = 32 };

/// SHA-256 of a message that arrives in pieces of any size. One computation at a time per context.
struct ternel_sha256 {
    void *context;
    void (*start)(void *context);
    void (*update)(void *context, const uint8_t *bytes, size_t size);
    /// Like `update` for bytes that a backend wrote and the CPU has not touched since: hashes them where they
    /// lie, or returns false where it cannot. NULL: never.
    bool (*update_shared)(void *context, const uint8_t *bytes, size_t size);
    void (*finish)(void *context, uint8_t digest[TERNEL_SHA256_BYTES]);
};

/// A packed ternary matrix (docs/formats.md, Weights): row groups of five rows, one byte per column.
struct ternel_matrix {
    const uint8_t *packed; ///< groups * stride bytes, aligned to 64
    uint32_t rows;         ///< real rows: that many results
    uint32_t columns;      ///< real columns
    uint32_t stride;       ///< columns with their padding: bytes of one row group, a multiple of columnAlign
    uint32_t groups;       ///< ceil(rows / 5)
    uint16_t mantissa;     ///< the tensor's Scale: mean|W| / 127 = mantissa * 2^-exponent
    int16_t exponent;
};

struct ternel_engine;
struct ternel_candidate;

/// Who computes. Every backend multiplies; one that also takes whole tokens through the model has
/// `run_tokens` and `best`, else these are NULL and the engine does the work between the matrices itself.
struct ternel_backend {
    const char *name; ///< "cpu", "accelerator", "matrix"
    void *context;
    /// `activation` holds `matrix->stride` int8 (zeros beyond `columns`) at a 64-byte boundary, as `out` is.
    /// Writes out[row] = S24(R(sum(trit * activation), shift) of the product with `mantissa`) for each of
    /// `matrix->rows` rows; shift is 0..63.
    enum ternel_error (*multiply)(void *context, const struct ternel_matrix *matrix, const int8_t *activation,
                                  uint16_t mantissa, uint8_t shift, int32_t *out);
    /// Takes `count` tokens (1..columns, each below the vocabulary), in order, into the engine's state; with
    /// `logits` buffers.logits get those after the last one. It writes no other buffer. On an error the state
    /// is undefined: only a reset helps.
    enum ternel_error (*run_tokens)(void *context, struct ternel_engine *engine, const uint32_t *tokens,
                                    uint32_t count, bool logits);
    /// Makes what the CPU has touched of state and logits ready for run_tokens, which does so itself where it
    /// was forgotten; NULL where nothing is to be done.
    void (*publish)(void *context, struct ternel_engine *engine);
    /// The token of the largest logit of the last run_tokens with `logits`, the lower id of equal ones.
    uint32_t (*best)(void *context);
    /// The largest logits of that run, at most `room`: their bits as weights, and their ids; larger logit
    /// first, then lower id. Returns how many. NULL where there is no such list.
    uint32_t (*top)(void *context, struct ternel_candidate *entries, uint32_t room);
    /// Tokens that share one pass over the weights, 1..TERNEL_COLUMNS_MAX: what run_tokens takes at once.
    uint32_t columns;
    /// What is known of the last error beyond its code, or NULL: "command 12: OPCODE". NULL where nothing is.
    const char *(*fault)(void *context);
    /// Reads as many bytes as a token's weights have, from where they lie, in order, on the same cores, and
    /// does nothing else: no token can be faster where memory is the limit. With `prefetch` or without,
    /// whichever the memory likes better. Returns how many bytes that are. NULL where there is no such way.
    uint64_t (*read_weights)(void *context, bool prefetch);
};

enum { TERNEL_COLUMNS_MAX = 64 };

/// Values of `get_byte` that are no byte.
enum { TERNEL_INPUT_NONE = -1, TERNEL_INPUT_END = -2 };

/// The machine, as the console sees it.
struct ternel_platform {
    void *context;
    const char *name;           ///< "riscv", "host"
    uint64_t cycles_per_second; ///< what `cycles` counts in
    struct ternel_sha256 sha256;
    /// What `/set engine` offers beside the CPU, the first one the default; ends with NULL.
    const struct ternel_backend *const *backends;
    void (*put_byte)(void *context, uint8_t byte);
    /// Makes everything that was put visible (the host buffers).
    void (*flush)(void *context);
    /// The next byte 0..255; TERNEL_INPUT_NONE when `wait` is false and none is there; TERNEL_INPUT_END after
    /// the last.
    int (*get_byte)(void *context, bool wait);
    uint64_t (*cycles)(void *context);
    /// Cycles in which the accelerator was busy since the start; 0 where there is none.
    uint64_t (*accelerator_cycles)(void *context);
    /// Restarts the machine (returns where a machine cannot).
    void (*reboot)(void *context);
    /// Ends the program or the simulation with an exit status (returns on a machine that runs for ever).
    void (*quit)(void *context, int status);
};

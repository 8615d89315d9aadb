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

/// Who multiplies. `activation` holds `matrix->stride` int8 (zeros beyond `columns`) at a 16-byte boundary.
/// Writes out[row] = S24(R(sum(trit * activation), shift) of the product with `mantissa`) for each of
/// `matrix->rows` rows; shift is 0..63.
struct ternel_matvec {
    const char *name; ///< "cpu" or "accelerator"
    void *context;
    enum ternel_error (*multiply)(void *context, const struct ternel_matrix *matrix, const int8_t *activation,
                                  uint16_t mantissa, uint8_t shift, int32_t *out);
};

/// Values of `get_byte` that are no byte.
enum { TERNEL_INPUT_NONE = -1, TERNEL_INPUT_END = -2 };

/// The machine, as the console sees it.
struct ternel_platform {
    void *context;
    const char *name;           ///< "riscv", "host"
    uint32_t cycles_per_second; ///< what `cycles` counts in
    struct ternel_sha256 sha256;
    const struct ternel_matvec *accelerator; ///< NULL where there is none
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

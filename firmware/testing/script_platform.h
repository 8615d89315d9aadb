// A platform whose input is a string and whose output is collected.
#pragma once

#include "platform.h"

enum { SCRIPT_OUTPUT_BYTES = 65536 };

struct script {
    const char *input; ///< what was not read yet
    size_t size;
    /// Bytes that a read without waiting finds.
    size_t ready;
    char output[SCRIPT_OUTPUT_BYTES]; ///< zero-terminated
    size_t output_size;
};

/// Starts over with this input of `size` bytes.
void script_start(struct script *script, const char *input, size_t size);

struct ternel_platform script_platform(struct script *script);

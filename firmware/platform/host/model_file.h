// A model file in memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct model_file {
    uint8_t *bytes; ///< aligned to 64; to be freed with model_file_close
    size_t size;
};

/// Reads a whole file. Errors: it is not there; it is no regular file, is larger than a container can be,
/// cannot be read, or changes its length meanwhile.
enum ternel_error model_file_open(const char *path, struct model_file *file) TERNEL_MUST_CHECK;

void model_file_close(struct model_file *file);

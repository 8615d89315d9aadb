// Parsing what stands behind a command. Each function reads from `*at`, skips blanks before it, moves `*at`
// behind what it took and returns whether that was well formed and in range.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A decimal number 0..max.
bool argument_number(const char **at, uint64_t max, uint64_t *value);

/// A decimal with at most three places, in thousandths 0..max: "0.75" is 750.
bool argument_thousandths(const char **at, uint32_t max, uint32_t *value);

/// Exactly this word, followed by a blank or the end.
bool argument_word(const char **at, const char *word);

/// A JSON string in double quotes; `out` has room for as many bytes as the text has. No zero is added; the
/// result is valid UTF-8.
bool argument_json(const char **at, uint8_t *out, size_t *size);

/// Nothing but blanks up to the end.
bool argument_end(const char *at);

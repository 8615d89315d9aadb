// Base64 (RFC 4648, section 4) as the machine mode takes binary data in its lines.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Decodes a word that ends at a blank or at the text's end; `*at` moves behind it. Padding is needed, and
/// the bits that it leaves over must be zero, so that a value has one spelling. False where the word is
/// malformed or has more than `capacity` bytes; `out` may have been written then.
bool base64_decode(const char **at, uint8_t *out, size_t capacity, size_t *size);

// Byte-level BPE on the container's tables: text to tokens and back.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "container.h"

/// Cuts `text` with GPT-2's pattern and merges each piece by rank. Any bytes are allowed (docs/numerics.md):
/// what is not UTF-8 counts as symbols. `tokens` and `ranks` have room for `capacity` >= `size` entries;
/// `ranks` is scratch. Errors: the text does not fit; a byte has no token.
enum ternel_error ternel_tokenizer_encode(const struct ternel_container *container, const uint8_t *text,
                                          size_t size, uint32_t *tokens, uint32_t *ranks, size_t capacity,
                                          size_t *count) TERNEL_MUST_CHECK;

/// The bytes of one token's text (not zero-terminated; none for an id without a text): returns their number.
size_t ternel_tokenizer_text(const struct ternel_container *container, uint32_t token, const uint8_t **text);

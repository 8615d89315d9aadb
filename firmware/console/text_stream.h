// Tokens end anywhere, characters do not: this turns the bytes of an answer into whole, well-formed UTF-8
// characters as they become complete. Bytes that are no UTF-8 become U+FFFD, one for each maximal part of a
// sequence (Unicode 15, 3.9; the rule of every browser's TextDecoder).
#pragma once

#include <stddef.h>
#include <stdint.h>

struct text_stream {
    /// Takes the bytes of one whole character.
    void (*emit)(void *context, const uint8_t *bytes, size_t size);
    void *context;
    uint8_t held[4];
    size_t held_size; ///< 0..3 bytes of a character that is not complete
};

void text_stream_put(struct text_stream *stream, const uint8_t *bytes, size_t size);

/// The answer is over: what was held back never became a character.
void text_stream_end(struct text_stream *stream);

#include "text_stream.h"

#include "utf8.h"

static const uint8_t replacement[] = {0xef, 0xbf, 0xbd};

/// Bytes that one U+FFFD stands for: the longest beginning of a character, else one byte.
static size_t maximal_part(const uint8_t *bytes, size_t size) {
    for (size_t part = size < 3 ? size : 3; part > 1; part--) {
        if (ternel_utf8_unfinished(bytes, part) == part) {
            return part;
        }
    }
    return 1;
}

/// Removes the first `count` held bytes.
static void drop(struct text_stream *stream, size_t count) {
    for (size_t at = count; at < stream->held_size; at++) {
        stream->held[at - count] = stream->held[at];
    }
    stream->held_size -= count;
}

/// Emits what can be decided; at most the beginning of one character stays.
static void settle(struct text_stream *stream) {
    while (stream->held_size != 0 &&
           ternel_utf8_unfinished(stream->held, stream->held_size) != stream->held_size) {
        uint32_t code_point;
        const size_t length = ternel_utf8_decode(stream->held, stream->held_size, &code_point);
        if (length != 0) {
            stream->emit(stream->context, stream->held, length);
            drop(stream, length);
        } else {
            stream->emit(stream->context, replacement, sizeof replacement);
            drop(stream, maximal_part(stream->held, stream->held_size));
        }
    }
}

void text_stream_put(struct text_stream *stream, const uint8_t *bytes, size_t size) {
    for (size_t at = 0; at < size; at++) {
        stream->held[stream->held_size++] = bytes[at];
        settle(stream);
    }
}

void text_stream_end(struct text_stream *stream) {
    if (stream->held_size != 0) {
        stream->emit(stream->context, replacement, sizeof replacement);
        stream->held_size = 0;
    }
}

// Reading lines: editing while they are typed, and bytes that arrive while nobody reads.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console.h"
#include "platform.h"

enum line_result {
    LINE_READY,
    LINE_CANCELLED, ///< Ctrl+C
    LINE_TOO_LONG,  ///< all of it was dropped
    LINE_END,       ///< the input is over
};

struct line_reader {
    const struct ternel_platform *platform;
    uint8_t ahead[CONSOLE_TYPE_AHEAD_BYTES]; ///< a ring
    size_t ahead_first;
    size_t ahead_size;
    bool after_return; ///< a line feed that follows a carriage return belongs to it
    bool ended;
};

/// Reads one line of at most `capacity` - 1 bytes into `line`, zero-terminated. Ends at CR, LF or CRLF. With
/// `echo`, characters are sent back; backspace removes one, Ctrl+U all, and what does not fit rings the bell.
/// Other control characters and cursor keys are ignored, so a line never holds a zero.
enum line_result line_read(struct line_reader *reader, char *line, size_t capacity, size_t *length,
                           bool echo);

/// Whether Ctrl+C was typed since the last call; anything else typed is kept for line_read.
bool line_interrupted(struct line_reader *reader);

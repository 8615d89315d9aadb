#include "line.h"

#include "output.h"

enum {
    CONTROL_C = 0x03,
    BACKSPACE = 0x08,
    TAB = 0x09,
    CONTROL_U = 0x15,
    ESCAPE = 0x1b,
    SPACE = 0x20,
    DELETE = 0x7f,
};

/// The next byte: typed ahead, or from the platform.
static int next_byte(struct line_reader *reader) {
    if (reader->ahead_size != 0) {
        const uint8_t byte = reader->ahead[reader->ahead_first];
        reader->ahead_first = (reader->ahead_first + 1) % CONSOLE_TYPE_AHEAD_BYTES;
        reader->ahead_size--;
        return byte;
    }
    if (reader->ended) {
        return TERNEL_INPUT_END;
    }
    return reader->platform->get_byte(reader->platform->context, true);
}

bool line_interrupted(struct line_reader *reader) {
    while (!reader->ended && reader->ahead_size < CONSOLE_TYPE_AHEAD_BYTES) {
        const int byte = reader->platform->get_byte(reader->platform->context, false);
        if (byte == CONTROL_C) {
            return true;
        }
        if (byte < 0) {
            reader->ended = byte == TERNEL_INPUT_END;
            return false;
        }
        reader->ahead[(reader->ahead_first + reader->ahead_size++) % CONSOLE_TYPE_AHEAD_BYTES] =
            (uint8_t)byte;
    }
    return false;
}

/// Skips a cursor or function key: ESC [ or ESC O, parameters, one final character.
static void skip_key(struct line_reader *reader) {
    int byte = next_byte(reader);
    if (byte == 'O') {
        (void)next_byte(reader);
    }
    if (byte != '[') {
        return;
    }
    do {
        byte = next_byte(reader);
    } while (byte >= SPACE && byte < '@');
}

/// The length without the last character, all of its UTF-8 bytes.
static size_t without_last(const char *line, size_t length) {
    while (length != 0 && ((uint8_t)line[--length] & 0xc0) == 0x80) {
    }
    return length;
}

static void erase(const struct line_reader *reader, bool echo) {
    if (echo) {
        output_text(reader->platform, "\b \b");
    }
}

/// Whether the byte ends a line. The line feed of a CRLF ends nothing: its carriage return did.
static bool ends_line(struct line_reader *reader, int byte, bool *ignore) {
    *ignore = byte == '\n' && reader->after_return;
    reader->after_return = byte == '\r';
    return byte == '\r' || byte == '\n';
}

enum line_result line_read(struct line_reader *reader, char *line, size_t capacity, size_t *length,
                           bool echo) {
    const struct ternel_platform *platform = reader->platform;
    size_t size = 0;
    bool overflow = false;
    for (;;) {
        platform->flush(platform->context);
        const int byte = next_byte(reader);
        bool ignore;
        if (byte < 0) {
            reader->ended = true;
            if (size == 0) {
                return LINE_END;
            }
            break;
        }
        if (ends_line(reader, byte, &ignore)) {
            if (ignore) {
                continue;
            }
            break;
        }
        if (byte == CONTROL_C) {
            output_text(platform, echo ? "^C\n" : "");
            return LINE_CANCELLED;
        }
        if (byte == ESCAPE) {
            skip_key(reader);
        } else if ((byte == BACKSPACE || byte == DELETE) && size != 0) {
            size = without_last(line, size);
            erase(reader, echo);
        } else if (byte == CONTROL_U) {
            overflow = false;
            while (size != 0) {
                size = without_last(line, size);
                erase(reader, echo);
            }
        } else if (byte == TAB || (byte >= SPACE && byte != DELETE)) {
            if (size + 1 == capacity) {
                overflow = true;
                output_text(platform, echo ? "\a" : "");
                continue;
            }
            line[size++] = (char)byte;
            if (echo) {
                platform->put_byte(platform->context, (uint8_t)byte);
            }
        }
    }
    output_text(platform, echo ? "\n" : "");
    line[size] = 0;
    *length = size;
    return overflow ? LINE_TOO_LONG : LINE_READY;
}

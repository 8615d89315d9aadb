// What the console prints: text and numbers for people, JSON lines for programs. Everything goes byte by byte
// to the platform; nothing is collected, so nothing can overflow.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform.h"

void output_text(const struct ternel_platform *platform, const char *text);
void output_bytes(const struct ternel_platform *platform, const uint8_t *bytes, size_t size);
void output_decimal(const struct ternel_platform *platform, uint64_t value);
/// value / 10^places with that many decimals, e.g. (123, 1) as 12.3.
void output_fixed(const struct ternel_platform *platform, uint64_t value, uint32_t places);
void output_hexadecimal(const struct ternel_platform *platform, const uint8_t *bytes, size_t size);

/// A JSON line of the machine mode: byte 0x1E, one object, a line feed.
struct json {
    const struct ternel_platform *platform;
    bool comma; ///< whether something already stands at this level
};

struct json json_begin(const struct ternel_platform *platform);
/// Begins an event's line: {"event":"..."
struct json json_event(const struct ternel_platform *platform, const char *event);
void json_end(struct json *json);

/// Fields of the current object. Names are ASCII without anything to escape.
void json_name(struct json *json, const char *name);
void json_number(struct json *json, const char *name, uint64_t value);
void json_boolean(struct json *json, const char *name, bool value);
void json_text(struct json *json, const char *name, const char *text);
void json_hexadecimal(struct json *json, const char *name, const uint8_t *bytes, size_t size);
/// A nested object as the next element of an array.
void json_object(struct json *json);
/// A nested object or array: its fields or elements follow until json_close with the matching bracket.
void json_open(struct json *json, const char *name, char bracket);
void json_close(struct json *json, char bracket);
/// The next element of an array.
void json_element(struct json *json, uint64_t value);
/// Part of a string between json_name and the quotes that the caller prints: escaped, valid UTF-8 expected.
void json_escaped(const struct ternel_platform *platform, const uint8_t *bytes, size_t size);

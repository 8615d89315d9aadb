#include "output.h"

#include <string.h>

enum { DECIMAL_DIGITS = 20, JSON_RECORD = 0x1e };

static void put(const struct ternel_platform *platform, char character) {
    platform->put_byte(platform->context, (uint8_t)character);
}

void output_bytes(const struct ternel_platform *platform, const uint8_t *bytes, size_t size) {
    for (size_t at = 0; at < size; at++) {
        platform->put_byte(platform->context, bytes[at]);
    }
}

void output_text(const struct ternel_platform *platform, const char *text) {
    output_bytes(platform, (const uint8_t *)text, strlen(text));
}

void output_fixed(const struct ternel_platform *platform, uint64_t value, uint32_t places) {
    char digits[DECIMAL_DIGITS];
    uint32_t count = 0;
    // At least one digit before the point.
    while (value != 0 || count <= places) {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    }
    while (count != 0) {
        if (count == places) {
            put(platform, '.');
        }
        put(platform, digits[--count]);
    }
}

void output_decimal(const struct ternel_platform *platform, uint64_t value) {
    output_fixed(platform, value, 0);
}

void output_hexadecimal(const struct ternel_platform *platform, const uint8_t *bytes, size_t size) {
    static const char digits[] = "0123456789abcdef";
    for (size_t at = 0; at < size; at++) {
        put(platform, digits[bytes[at] >> 4]);
        put(platform, digits[bytes[at] & 15]);
    }
}

struct json json_begin(const struct ternel_platform *platform) {
    put(platform, JSON_RECORD);
    put(platform, '{');
    return (struct json){.platform = platform};
}

struct json json_event(const struct ternel_platform *platform, const char *event) {
    struct json json = json_begin(platform);
    json_text(&json, "event", event);
    return json;
}

void json_end(struct json *json) {
    output_text(json->platform, "}\n");
    json->platform->flush(json->platform->context);
}

static void separate(struct json *json) {
    if (json->comma) {
        put(json->platform, ',');
    }
    json->comma = true;
}

void json_name(struct json *json, const char *name) {
    separate(json);
    put(json->platform, '"');
    output_text(json->platform, name);
    output_text(json->platform, "\":");
}

void json_number(struct json *json, const char *name, uint64_t value) {
    json_name(json, name);
    output_decimal(json->platform, value);
}

void json_boolean(struct json *json, const char *name, bool value) {
    json_name(json, name);
    output_text(json->platform, value ? "true" : "false");
}

void json_text(struct json *json, const char *name, const char *text) {
    json_name(json, name);
    put(json->platform, '"');
    json_escaped(json->platform, (const uint8_t *)text, strlen(text));
    put(json->platform, '"');
}

void json_hexadecimal(struct json *json, const char *name, const uint8_t *bytes, size_t size) {
    json_name(json, name);
    put(json->platform, '"');
    output_hexadecimal(json->platform, bytes, size);
    put(json->platform, '"');
}

void json_open(struct json *json, const char *name, char bracket) {
    json_name(json, name);
    put(json->platform, bracket);
    json->comma = false;
}

void json_object(struct json *json) {
    separate(json);
    put(json->platform, '{');
    json->comma = false;
}

void json_close(struct json *json, char bracket) {
    put(json->platform, bracket);
    json->comma = true;
}

void json_element(struct json *json, uint64_t value) {
    separate(json);
    output_decimal(json->platform, value);
}

void json_escaped(const struct ternel_platform *platform, const uint8_t *bytes, size_t size) {
    for (size_t at = 0; at < size; at++) {
        const uint8_t byte = bytes[at];
        if (byte == '"' || byte == '\\') {
            put(platform, '\\');
            put(platform, (char)byte);
        } else if (byte == '\n') {
            output_text(platform, "\\n");
        } else if (byte < 0x20 || byte == 0x7f) {
            output_text(platform, "\\u00");
            output_hexadecimal(platform, &byte, 1);
        } else {
            platform->put_byte(platform->context, byte);
        }
    }
}

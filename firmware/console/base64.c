#include "base64.h"

/// The six bits behind a character, or -1.
static int32_t value_of(char character) {
    if (character >= 'A' && character <= 'Z') {
        return character - 'A';
    }
    if (character >= 'a' && character <= 'z') {
        return character - 'a' + 26;
    }
    if (character >= '0' && character <= '9') {
        return character - '0' + 52;
    }
    return character == '+' ? 62 : character == '/' ? 63 : -1;
}

static bool ends_here(char character) {
    return character == 0 || character == ' ' || character == '\t';
}

/// Four characters; *count is the number of bytes in them.
static bool group(const char *text, uint8_t bytes[3], size_t *count) {
    uint32_t bits = 0;
    *count = 3;
    for (uint32_t index = 0; index < 4; index++) {
        const bool padding = text[index] == '=' && index >= 2;
        const int32_t value = padding ? 0 : value_of(text[index]);
        // Behind padding only padding: with the second '=' missing its place holds a value.
        if (value < 0 || (*count != 3 && !padding)) {
            return false;
        }
        *count -= padding;
        bits = bits << 6 | (uint32_t)value;
    }
    bytes[0] = (uint8_t)(bits >> 16);
    bytes[1] = (uint8_t)(bits >> 8);
    bytes[2] = (uint8_t)bits;
    return (*count == 3 || bytes[2] == 0) && (*count != 1 || bytes[1] == 0);
}

bool base64_decode(const char **at, uint8_t *out, size_t capacity, size_t *size) {
    bool padded = false;
    *size = 0;
    while (**at == ' ' || **at == '\t') {
        (*at)++;
    }
    while (!ends_here(**at)) {
        uint8_t bytes[3];
        size_t count;
        // A short group has its end, which is no value, among the four characters: nothing behind it is read.
        if (padded || !group(*at, bytes, &count) || count > capacity - *size) {
            return false;
        }
        for (size_t index = 0; index < count; index++) {
            out[(*size)++] = bytes[index];
        }
        padded = count != 3;
        *at += 4;
    }
    return *size != 0;
}

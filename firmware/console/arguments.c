#include "arguments.h"

#include <string.h>

#include "utf8.h"

enum { THOUSANDTHS_PLACES = 3 };

static void skip_blanks(const char **at) {
    while (**at == ' ' || **at == '\t') {
        (*at)++;
    }
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/// Whether an argument may end here.
static bool at_boundary(const char *at) {
    return *at == 0 || *at == ' ' || *at == '\t';
}

/// Digits as a number 0..max; false without digits or above.
static bool digits(const char **at, uint64_t max, uint64_t *value) {
    uint64_t sum = 0;
    if (!is_digit(**at)) {
        return false;
    }
    for (; is_digit(**at); (*at)++) {
        const uint64_t digit = (uint64_t)(**at - '0');
        if (sum > (max - digit) / 10 || digit > max) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool argument_number(const char **at, uint64_t max, uint64_t *value) {
    skip_blanks(at);
    return digits(at, max, value) && at_boundary(*at);
}

bool argument_thousandths(const char **at, uint32_t max, uint32_t *value) {
    uint64_t whole;
    skip_blanks(at);
    if (!digits(at, max / 1000, &whole)) {
        return false;
    }
    uint32_t thousandths = (uint32_t)whole * 1000;
    if (**at == '.') {
        (*at)++;
        uint32_t weight = 100;
        uint32_t places = 0;
        for (; is_digit(**at) && places < THOUSANDTHS_PLACES; places++, weight /= 10) {
            thousandths += (uint32_t)(*(*at)++ - '0') * weight;
        }
        if (places == 0) {
            return false;
        }
    }
    *value = thousandths;
    return thousandths <= max && at_boundary(*at);
}

bool argument_word(const char **at, const char *word) {
    skip_blanks(at);
    const size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0 || !at_boundary(*at + length)) {
        return false;
    }
    *at += length;
    return true;
}

bool argument_end(const char *at) {
    skip_blanks(&at);
    return *at == 0;
}

/// Four hexadecimal digits.
static bool hexadecimal(const char **at, uint32_t *value) {
    *value = 0;
    for (int digit = 0; digit < 4; digit++) {
        const char character = **at;
        uint32_t nibble;
        if (is_digit(character)) {
            nibble = (uint32_t)(character - '0');
        } else if (character >= 'a' && character <= 'f') {
            nibble = (uint32_t)(character - 'a') + 10;
        } else if (character >= 'A' && character <= 'F') {
            nibble = (uint32_t)(character - 'A') + 10;
        } else {
            return false;
        }
        *value = *value << 4 | nibble;
        (*at)++;
    }
    return true;
}

/// The UTF-8 bytes of a code point (no surrogate, at most 0x10ffff): returns their number.
static size_t encode_utf8(uint32_t code_point, uint8_t *out) {
    if (code_point < 0x80) {
        out[0] = (uint8_t)code_point;
        return 1;
    }
    const uint32_t more = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
    out[0] = (uint8_t)((0xf0u << (3 - more) & 0xf0u) | code_point >> (6 * more));
    for (uint32_t byte = 1; byte <= more; byte++) {
        out[byte] = (uint8_t)(0x80 | (code_point >> (6 * (more - byte)) & 0x3f));
    }
    return more + 1;
}

/// The code point behind a \u, of two escapes where it is a surrogate pair.
static bool unicode_escape(const char **at, uint32_t *code_point) {
    uint32_t low;
    if (!hexadecimal(at, code_point)) {
        return false;
    }
    if (*code_point < 0xd800 || *code_point > 0xdfff) {
        return true;
    }
    if (*code_point > 0xdbff || (*at)[0] != '\\' || (*at)[1] != 'u') {
        return false;
    }
    *at += 2;
    if (!hexadecimal(at, &low) || low < 0xdc00 || low > 0xdfff) {
        return false;
    }
    *code_point = 0x10000 + ((*code_point - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

/// The character behind a backslash (RFC 8259, section 7).
static bool escape(const char **at, uint8_t *out, size_t *size) {
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char letter = *(*at)++;
    if (letter == 'u') {
        uint32_t code_point;
        if (!unicode_escape(at, &code_point)) {
            return false;
        }
        *size += encode_utf8(code_point, out + *size);
        return true;
    }
    const char *found = letter == 0 ? NULL : strchr(letters, letter);
    if (found == NULL) {
        return false;
    }
    out[(*size)++] = (uint8_t)meanings[found - letters];
    return true;
}

/// How many of the next four bytes there are: as much as one character can have.
static size_t available(const char *at) {
    size_t count = 0;
    while (count < 4 && at[count] != 0) {
        count++;
    }
    return count;
}

bool argument_json(const char **at, uint8_t *out, size_t *size) {
    *size = 0;
    skip_blanks(at);
    if (*(*at)++ != '"') {
        return false;
    }
    while (**at != '"') {
        if (**at == '\\') {
            (*at)++;
            if (!escape(at, out, size)) {
                return false;
            }
        } else if ((uint8_t) * *at < 0x20) {
            return false;
        } else {
            uint32_t code_point;
            const size_t length = ternel_utf8_decode((const uint8_t *)*at, available(*at), &code_point);
            if (length == 0) {
                return false;
            }
            memcpy(out + *size, *at, length);
            *size += length;
            *at += length;
        }
    }
    (*at)++;
    return at_boundary(*at);
}

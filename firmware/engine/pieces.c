#include "pieces.h"

#include <stdbool.h>

#include "ternel_tables.h"
#include "utf8.h"

struct range {
    uint32_t first;
    uint32_t last;
};

static const struct range letters[] = {TERNEL_LETTER_RANGES};
static const struct range numbers[] = {TERNEL_NUMBER_RANGES};
static const struct range spaces[] = {TERNEL_SPACE_RANGES};

enum class { CLASS_SYMBOL, CLASS_LETTER, CLASS_NUMBER, CLASS_SPACE };

static bool contains(const struct range *ranges, size_t count, uint32_t code_point) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].last < code_point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && ranges[low].first <= code_point;
}

static enum class class_of(uint32_t code_point) {
    if (contains(letters, sizeof letters / sizeof letters[0], code_point)){return CLASS_LETTER;}
if (contains(numbers, sizeof numbers / sizeof numbers[0], code_point)) {
    return CLASS_NUMBER;
}
bool space = contains(spaces, sizeof spaces / sizeof spaces[0], code_point);
return space ? CLASS_SPACE : CLASS_SYMBOL;
}

/// The class and length (at least 1) of the first character of a text that is not empty.
static enum class first_character(const uint8_t *text, size_t size, size_t *length) {
    uint32_t code_point = 0; *length = ternel_utf8_decode(text, size, &code_point);
    if (*length == 0){ *length = 1; return CLASS_SYMBOL;}
return class_of(code_point);
}

/// The length of the longest run of one class at the start of a text; `last` gets the length of its last
/// character.
static size_t run_length(const uint8_t *text, size_t size, enum class class, size_t *last) {
    size_t end = 0;
    *last = 0;
    while (end < size) {
        size_t length = 0;
        if (first_character(text + end, size - end, &length) != class) {
            break;
        }
        end += length;
        *last = length;
    }
    return end;
}

/// The length of 's 't 're 've 'm 'll 'd at the start of a text, or 0.
static size_t contraction_length(const uint8_t *text, size_t size) {
    if (size < 2 || text[0] != '\'') {
        return 0;
    }
    uint8_t a = text[1];
    if (a == 's' || a == 't' || a == 'm' || a == 'd') {
        return 2;
    }
    if (size < 3) {
        return 0;
    }
    uint8_t b = text[2];
    bool pair = (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l');
    return pair ? 3 : 0;
}

size_t ternel_piece_length(const uint8_t *text, size_t size) {
    size_t contraction = contraction_length(text, size);
    if (contraction != 0) {
        return contraction;
    }
    size_t last = 0;
    size_t length = 0;
    enum class class = first_character(text, size, &length);
    if (class != CLASS_SPACE) {
        return run_length(text, size, class, &last);
    }
    // One blank belongs to the word behind it.
    if (text[0] == ' ' && size > 1) {
        enum class next = first_character(text + 1, size - 1, &length);
        if (next != CLASS_SPACE) {
            return 1 + run_length(text + 1, size - 1, next, &last);
        }
    }
    // White space up to the end of the text, or without its last character, which the next piece may want.
    length = run_length(text, size, CLASS_SPACE, &last);
    return length == size || length == last ? length : length - last;
}

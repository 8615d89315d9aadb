#include "pieces.h"

#include <string.h>

#include "testing.h"

/// Cuts `text` and compares with the pieces in `expected`, which are separated by '|'. engine.test.ts
/// compares random texts with the pattern itself, as a regular expression.
static void check(const char *text, const char *expected) {
    size_t size = strlen(text);
    const uint8_t *bytes = (const uint8_t *)text;
    char got[256] = "";
    for (size_t start = 0; start < size;) {
        size_t length = ternel_piece_length(bytes + start, size - start);
        if (length == 0 || length > size - start) {
            EXPECT(!"a piece outside of the text");
            return;
        }
        strcat(got, start == 0 ? "" : "|");
        strncat(got, text + start, length);
        start += length;
    }
    if (strcmp(got, expected) != 0) {
        fprintf(stderr, "got %s\nnot %s\n", got, expected);
        EXPECT(!"pieces differ");
    }
}

void test_pieces(void) {
    check("Once upon a time", "Once| upon| a| time");
    check("I'm we'll they've you're it's can't he'd 'Twas",
          "I|'m| we|'ll| they|'ve| you|'re| it|'s| can|'t| he|'d| '|Twas");
    check("IT'S '", "IT|'|S| '");
    check("'l 'r", "'|l| '|r");
    check("  two  blanks  ", " | two| | blanks|  ");
    check("\n\n  x\t\ty\n", "\n\n | x|\t|\t|y|\n");
    check("abc123 456 7x", "abc|123| 456| 7|x");
    check("wow!!! (ok)...", "wow|!!!| (|ok|)...");
    check("Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac \xc2\xbd", "Zo\xc3\xab| \xe6\x97\xa5\xe6\x9c\xac| \xc2\xbd");
    check("a\xc2\xa0 b", "a|\xc2\xa0| b"); // U+00A0 is a space, but not the blank that joins a word
    check("a\xff\xfe b\xe2\x82", "a|\xff\xfe| b|\xe2\x82"); // what is no UTF-8 counts as symbols
    check("\xe2\x82 x\xc0\x80!", "\xe2\x82| x|\xc0\x80!");
}

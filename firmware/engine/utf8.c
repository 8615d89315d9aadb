#include "utf8.h"

/// The length that a first byte announces, and the range that its second byte must be in (RFC 3629, section
/// 4); 0: no first byte.
struct lead {
    uint8_t length;
    uint8_t second_min;
    uint8_t second_max;
};

static struct lead lead_of(uint8_t byte) {
    struct lead lead = {.second_min = 0x80, .second_max = 0xbf};
    if (byte < 0x80) {
        lead.length = 1;
    } else if (byte >= 0xc2 && byte <= 0xdf) {
        lead.length = 2;
    } else if (byte >= 0xe0 && byte <= 0xef) {
        lead.length = 3;
        lead.second_min = byte == 0xe0 ? 0xa0 : 0x80; // no overlong form
        lead.second_max = byte == 0xed ? 0x9f : 0xbf; // no surrogate
    } else if (byte >= 0xf0 && byte <= 0xf4) {
        lead.length = 4;
        lead.second_min = byte == 0xf0 ? 0x90 : 0x80; // no overlong form
        lead.second_max = byte == 0xf4 ? 0x8f : 0xbf; // nothing above U+10FFFF
    }
    return lead;
}

/// How many of the first bytes belong to the sequence that bytes[0] begins: `lead.length` when it is
/// complete.
static size_t matching(const uint8_t *bytes, size_t size, struct lead lead) {
    size_t i = 1;
    for (; i < lead.length && i < size; i++) {
        uint8_t min = i == 1 ? lead.second_min : 0x80;
        uint8_t max = i == 1 ? lead.second_max : 0xbf;
        if (bytes[i] < min || bytes[i] > max) {
            break;
        }
    }
    return i;
}

size_t ternel_utf8_decode(const uint8_t *bytes, size_t size, uint32_t *code_point) {
    if (size == 0) {
        return 0;
    }
    struct lead lead = lead_of(bytes[0]);
    if (lead.length == 0 || matching(bytes, size, lead) < lead.length) {
        return 0;
    }
    uint32_t value = lead.length == 1 ? bytes[0] : bytes[0] & (0x7fU >> lead.length);
    for (size_t i = 1; i < lead.length; i++) {
        value = value << 6 | (bytes[i] & 0x3fU);
    }
    *code_point = value;
    return lead.length;
}

size_t ternel_utf8_unfinished(const uint8_t *bytes, size_t size) {
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        const uint8_t *last = bytes + size - back;
        struct lead lead = lead_of(*last);
        if (lead.length > back && matching(last, back, lead) == back) {
            return back;
        }
    }
    return 0;
}

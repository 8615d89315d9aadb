#include "tokenizer.h"

#include <string.h>

#include "bytes.h"
#include "pieces.h"

enum { MERGE_BYTES = 16 };
static const uint32_t no_rank = UINT32_MAX;

/// A merge rule of the container.
struct merge {
    uint32_t rank; ///< no_rank: there is no such rule
    uint32_t result;
};

/// Looks up the rule for two adjacent tokens; the container keeps them sorted by (left, right).
static struct merge find_merge(const struct ternel_container *container, uint32_t left, uint32_t right) {
    const uint8_t *merges = container->bytes + container->at.merges;
    uint32_t low = 0;
    uint32_t high = container->shape.merge_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *merge = merges + (size_t)middle * MERGE_BYTES;
        uint32_t merge_left = ternel_read_u32(merge);
        uint32_t merge_right = ternel_read_u32(merge + 4);
        if (merge_left == left && merge_right == right) {
            return (struct merge){.rank = ternel_read_u32(merge + 8), .result = ternel_read_u32(merge + 12)};
        }
        if (merge_left < left || (merge_left == left && merge_right < right)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (struct merge){.rank = no_rank};
}

/// Merges the tokens of one piece in place: always the pair of the lowest rank, the leftmost of equals, until
/// none is left. ranks[i] is kept as the rank of the pair (i, i + 1). Returns the number of tokens that
/// remain.
static size_t merge_piece(const struct ternel_container *container, uint32_t *tokens, uint32_t *ranks,
                          size_t count) {
    for (size_t i = 0; i + 1 < count; i++) {
        ranks[i] = find_merge(container, tokens[i], tokens[i + 1]).rank;
    }
    while (count > 1) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < count; i++) {
            if (ranks[i] < ranks[best]) {
                best = i;
            }
        }
        if (ranks[best] == no_rank) {
            break;
        }
        tokens[best] = find_merge(container, tokens[best], tokens[best + 1]).result;
        count--;
        memmove(&tokens[best + 1], &tokens[best + 2], (count - best - 1) * sizeof *tokens);
        memmove(&ranks[best], &ranks[best + 1], (count - best - 1) * sizeof *ranks);
        if (best + 1 < count) {
            ranks[best] = find_merge(container, tokens[best], tokens[best + 1]).rank;
        }
        if (best > 0) {
            ranks[best - 1] = find_merge(container, tokens[best - 1], tokens[best]).rank;
        }
    }
    return count;
}

enum ternel_error ternel_tokenizer_encode(const struct ternel_container *container, const uint8_t *text,
                                          size_t size, uint32_t *tokens, uint32_t *ranks, size_t capacity,
                                          size_t *count) {
    const uint8_t *byte_tokens = container->bytes + container->at.byte_token;
    *count = 0;
    if (size > capacity) {
        return TERNEL_ERROR_PROMPT_LONG;
    }
    // A piece of n bytes becomes at most n tokens, so the tokens never overtake the text.
    for (size_t start = 0; start < size;) {
        size_t length = ternel_piece_length(text + start, size - start);
        for (size_t i = 0; i < length; i++) {
            uint32_t token = ternel_read_u32(byte_tokens + 4 * (size_t)text[start + i]);
            if (token == TERNEL_CONTAINER_NO_TOKEN) {
                return TERNEL_ERROR_PROMPT_BYTE;
            }
            tokens[*count + i] = token;
        }
        *count += merge_piece(container, tokens + *count, ranks, length);
        start += length;
    }
    return TERNEL_OK;
}

size_t ternel_tokenizer_text(const struct ternel_container *container, uint32_t token, const uint8_t **text) {
    *text = container->bytes + container->at.text;
    if (token >= container->shape.token_count) {
        return 0;
    }
    const uint8_t *offset = container->bytes + container->at.token_offset + 4 * (size_t)token;
    uint32_t start = ternel_read_u32(offset);
    *text += start;
    return ternel_read_u32(offset + 4) - start;
}

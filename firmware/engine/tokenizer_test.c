#include "tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "model_fixture.h"
#include "pieces.h"
#include "sha256_nettle.h"
#include "testing.h"

struct merge {
    uint32_t left, right, rank, result;
};

/// The merge of lowest rank in the whole table, found by looking at all of it for every pair.
static bool best_merge(const struct merge *merges, uint32_t count, const uint32_t *tokens, size_t length,
                       size_t *at, uint32_t *result) {
    uint32_t best = UINT32_MAX;
    for (size_t i = 0; i + 1 < length; i++) {
        for (uint32_t j = 0; j < count; j++) {
            bool fits = merges[j].left == tokens[i] && merges[j].right == tokens[i + 1];
            if (fits && merges[j].rank < best) {
                best = merges[j].rank;
                *at = i;
                *result = merges[j].result;
            }
        }
    }
    return best != UINT32_MAX;
}

static size_t reference(const struct ternel_container *container, const uint8_t *text, size_t size,
                        uint32_t *tokens) {
    uint32_t count = container->shape.merge_count;
    struct merge *merges = malloc(count * sizeof *merges + 1);
    memcpy(merges, container->bytes + container->at.merges, count * sizeof *merges);
    size_t total = 0;
    for (size_t start = 0; start < size;) {
        size_t length = ternel_piece_length(text + start, size - start);
        uint32_t *piece = tokens + total;
        size_t left = length;
        for (size_t i = 0; i < length; i++) {
            memcpy(&piece[i], container->bytes + container->at.byte_token + 4 * (size_t)text[start + i], 4);
        }
        size_t at = 0;
        uint32_t result = 0;
        while (best_merge(merges, count, piece, left, &at, &result)) {
            piece[at] = result;
            for (size_t i = at + 1; i + 1 < left; i++) {
                piece[i] = piece[i + 1];
            }
            left--;
        }
        total += left;
        start += length;
    }
    free(merges);
    return total;
}

enum { SIZE = 60 };

static void test_random_texts(const struct ternel_container *container, uint64_t *random) {
    for (int round = 0; round < 400; round++) {
        size_t size = testing_below(random, SIZE);
        uint8_t *text = malloc(size + (size == 0));
        uint32_t tokens[SIZE];
        uint32_t ranks[SIZE];
        uint32_t expected[SIZE];
        for (size_t i = 0; i < size; i++) {
            uint32_t kind = testing_below(random, 8);
            text[i] = kind == 0
                          ? ' '
                          : (uint8_t)(kind == 1 ? testing_random(random) : 'a' + testing_below(random, 8));
        }
        size_t count = 0;
        EXPECT(ternel_tokenizer_encode(container, text, size, tokens, ranks, SIZE, &count) == TERNEL_OK);
        EXPECT(count == reference(container, text, size, expected));
        EXPECT(memcmp(tokens, expected, count * sizeof *tokens) == 0);
        free(text);
    }
}

static void test_errors(void) {
    struct fixture_shape shape = {
        .vocabulary = 9, .dimension = 3, .layers = 1, .intermediate = 5, .token_count = 7};
    struct model_fixture fixture = model_fixture_make(&shape, 1);
    struct sha256_ctx state;
    struct ternel_sha256 sha256 = sha256_nettle(&state);
    struct ternel_container container;
    EXPECT(ternel_container_open(&container, fixture.bytes, fixture.size, &sha256) == TERNEL_OK);
    uint32_t tokens[4];
    uint32_t ranks[4];
    size_t count = 0;
    const uint8_t *text = NULL;
    // Byte 7 of every 8 has no token in this fixture.
    EXPECT(ternel_tokenizer_encode(&container, (const uint8_t *)"\x07", 1, tokens, ranks, 4, &count) ==
           TERNEL_ERROR_PROMPT_BYTE);
    EXPECT(ternel_tokenizer_encode(&container, (const uint8_t *)"\1\2\3\4\5", 5, tokens, ranks, 4, &count) ==
           TERNEL_ERROR_PROMPT_LONG);
    EXPECT(ternel_tokenizer_encode(&container, (const uint8_t *)"\1\2\3\4", 4, tokens, ranks, 4, &count) ==
               TERNEL_OK &&
           count == 4);
    EXPECT(ternel_tokenizer_text(&container, 3, &text) == 1 && text[0] == 3);
    EXPECT(ternel_tokenizer_text(&container, 7, &text) == 0 &&
           ternel_tokenizer_text(&container, UINT32_MAX, &text) == 0);
    model_fixture_free(&fixture);
}

void test_tokenizer(void) {
    uint64_t random = 7;
    for (uint64_t seed = 0; seed < 6; seed++) {
        struct model_fixture fixture = model_fixture_random(seed);
        struct sha256_ctx state;
        struct ternel_sha256 sha256 = sha256_nettle(&state);
        struct ternel_container container;
        EXPECT(ternel_container_open(&container, fixture.bytes, fixture.size, &sha256) == TERNEL_OK);
        test_random_texts(&container, &random);
        model_fixture_free(&fixture);
    }
    test_errors();
}

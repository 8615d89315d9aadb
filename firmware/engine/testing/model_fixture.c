#include "model_fixture.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

/// Bytes as they are written; without memory it only counts.
struct writer {
    uint8_t *bytes;
    size_t at;
};

static void put(struct writer *writer, uint64_t value, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        if (writer->bytes != NULL) {
            writer->bytes[writer->at] = (uint8_t)(value >> 8 * i);
        }
        writer->at++;
    }
}

static void pad(struct writer *writer, size_t align) {
    while (writer->at % align != 0) {
        put(writer, 0, 1);
    }
}

enum { ALIGN = 64 }; // of every array that the accelerator streams

/// Random bytes where an engine must not look, up to the next multiple of 64.
static void pad_randomly(struct writer *writer, uint64_t *random) {
    while (writer->at % ALIGN != 0) {
        put(writer, testing_random(random) >> 32, 1);
    }
}

static void put_header(struct writer *w, const struct fixture_shape *s, size_t total, uint32_t text_bytes) {
    static const char name[32] = "fixture \"\\";
    const uint32_t fields[] = {
        0x4e524554,
        2 | 128 << 16,
        1,
        (uint32_t)total,
        s->vocabulary,
        s->dimension,
        s->layers,
        s->intermediate,
        ALIGN,
        s->token_count,
        text_bytes,
        s->merge_count,
        s->command_bytes,
        s->vocabulary - 1,
        s->vocabulary / 2,
        0,
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        put(w, fields[i], 4);
    }
    for (size_t i = 0; i < sizeof name; i++) {
        put(w, (uint8_t)name[i], 1);
    }
    while (w->at < 128) {
        put(w, 0, 1);
    }
}

enum { BYTES = 256, LONGEST = 8, MERGES_MAX = 512 };

/// A token made of two earlier ones.
struct made_token {
    uint32_t left, right, rank;
    uint8_t text[LONGEST];
    uint32_t length;
};

/// The text of a token: a byte for the first 256, then the made ones.
static uint32_t token_text(const struct made_token *made, uint32_t token, uint8_t *text) {
    if (token < BYTES) {
        text[0] = (uint8_t)token;
        return 1;
    }
    memcpy(text, made[token - BYTES].text, made[token - BYTES].length);
    return made[token - BYTES].length;
}

/// Makes one more token, from letters and earlier tokens, whose text is new and short.
static void make_token(struct made_token *made, uint32_t count, uint64_t *random) {
    struct made_token *token = &made[count];
    bool usable = false;
    while (!usable) {
        uint32_t choices = 10 + count;
        uint32_t left = testing_below(random, choices);
        uint32_t right = testing_below(random, choices);
        token->left = left < 10 ? (uint32_t) "abcdehlo '"[left] : BYTES + left - 10;
        token->right = right < 10 ? (uint32_t) "abcdehlo '"[right] : BYTES + right - 10;
        token->rank = count;
        uint8_t text[2 * LONGEST];
        uint32_t length = token_text(made, token->left, text);
        length += token_text(made, token->right, text + length);
        usable = length <= LONGEST;
        for (uint32_t i = 0; i < count && usable; i++) {
            usable = made[i].length != length || memcmp(made[i].text, text, length) != 0;
        }
        token->length = usable ? length : 0;
        memcpy(token->text, text, token->length);
    }
}

static int by_pair(const void *left, const void *right) {
    const struct made_token *a = left;
    const struct made_token *b = right;
    if (a->left != b->left) {
        return a->left < b->left ? -1 : 1;
    }
    return a->right < b->right ? -1 : a->right > b->right;
}

/// Token i < 256 is the byte i, each merge makes the next, the rest have no text. With fewer than 256 tokens
/// bytes share them.
static uint32_t put_tokenizer(struct writer *w, const struct fixture_shape *s, uint64_t *random) {
    static struct made_token made[MERGES_MAX];
    for (uint32_t i = 0; i < s->merge_count; i++) {
        make_token(made, i, random);
    }
    uint32_t bytes = s->token_count < BYTES ? s->token_count : BYTES;
    uint32_t text_bytes = 0;
    put(w, 0, 4);
    for (uint32_t i = 0; i < s->token_count; i++) {
        text_bytes += i < bytes ? 1 : i - bytes < s->merge_count ? made[i - bytes].length : 0;
        put(w, text_bytes, 4);
    }
    for (uint32_t byte = 0; byte < BYTES; byte++) {
        uint32_t token = s->token_count >= BYTES ? byte : byte % (s->token_count + 1);
        put(w, token == s->token_count ? UINT32_MAX : token, 4);
    }
    struct made_token sorted[MERGES_MAX];
    memcpy(sorted, made, sizeof sorted);
    qsort(sorted, s->merge_count, sizeof sorted[0], by_pair);
    for (uint32_t i = 0; i < s->merge_count; i++) {
        put(w, sorted[i].left, 4);
        put(w, sorted[i].right, 4);
        put(w, sorted[i].rank, 4);
        put(w, BYTES + sorted[i].rank, 4);
    }
    for (uint32_t i = 0; i < bytes; i++) {
        put(w, i, 1);
    }
    for (uint32_t i = 0; i < s->merge_count; i++) {
        for (uint32_t j = 0; j < made[i].length; j++) {
            put(w, made[i].text[j], 1);
        }
    }
    return text_bytes;
}

static void put_gain(struct writer *w, uint32_t count, uint64_t *random) {
    put(w, 9 + testing_below(random, 4), 4);
    put(w, 0, 4);
    put(w, testing_random(random) >> (20 + testing_below(random, 44)), 8);
    pad(w, ALIGN);
    for (uint32_t i = 0; i < count; i++) {
        put(w, testing_random(random) >> testing_below(random, 4), 2);
    }
    pad_randomly(w, random);
}

static void put_scale(struct writer *w, int exponent, uint64_t *random) {
    put(w, 32768 + testing_below(random, 32768), 2);
    put(w, (uint64_t)(exponent + (int)testing_below(random, 4)), 2);
}

static void put_tables(struct writer *w, const struct fixture_shape *s, uint64_t *random) {
    put(w, 14, 1);
    put(w, 16, 1);
    put(w, 13 + testing_below(random, 8), 1);
    put(w, 0, 1);
    pad(w, ALIGN);
    for (uint32_t i = 0; i < s->layers; i++) {
        for (uint32_t j = 0; j < 16; j++) {
            put(w, j < 9 ? 10 + testing_below(random, 11) : 0, 1);
        }
    }
    pad(w, ALIGN);
    for (uint32_t i = 0; i < s->layers; i++) {
        for (uint32_t j = 0; j < 8; j++) {
            put_gain(w, s->dimension, random);
        }
        put_gain(w, s->intermediate, random);
    }
    put_gain(w, s->dimension, random);
    put_gain(w, s->dimension, random);
    for (uint32_t i = 0; i < 6 * s->layers + 1; i++) {
        put_scale(w, 21, random);
    }
    pad(w, ALIGN);
    for (uint32_t i = 0; i < s->vocabulary; i++) {
        put_scale(w, 20, random);
    }
    pad(w, ALIGN);
    for (uint32_t layer = 0; layer < s->layers; layer++) {
        for (uint32_t i = 0; i < s->dimension; i++) {
            put(w, layer == 0 ? 0 : testing_random(random), 2);
        }
        pad_randomly(w, random);
    }
}

/// Random bytes, padding included: an engine must not let what lies beyond rows and columns change its
/// results. (The TypeScript reader ignores it, too.)
static void put_matrix(struct writer *w, uint32_t rows, uint32_t columns, uint64_t *random) {
    size_t bytes = (size_t)((rows + 4) / 5) * ((columns + ALIGN - 1) / ALIGN * ALIGN);
    for (size_t i = 0; i < bytes; i++) {
        put(w, testing_random(random) >> 32, 1);
    }
}

static void put_weights(struct writer *w, const struct fixture_shape *s, uint64_t *random) {
    uint32_t d = s->dimension;
    for (uint32_t row = 0; row < s->vocabulary; row++) {
        for (uint32_t i = 0; i < d; i++) {
            put(w, testing_random(random) >> 32, 1);
        }
        pad_randomly(w, random);
    }
    for (uint32_t i = 0; i < s->layers; i++) {
        for (uint32_t j = 0; j < 4; j++) {
            put_matrix(w, d, d, random);
        }
        put_matrix(w, 2 * s->intermediate, d, random);
        put_matrix(w, d, s->intermediate, random);
    }
    put_matrix(w, s->vocabulary, d, random);
}

/// Writes everything; `total` and `text_bytes` are known from a first pass without memory.
static void put_model(struct writer *w, const struct fixture_shape *s, uint64_t seed, size_t total,
                      uint32_t *text_bytes) {
    uint64_t random = seed * 2 + 1;
    put_header(w, s, total, *text_bytes);
    *text_bytes = put_tokenizer(w, s, &random);
    pad(w, ALIGN);
    put_tables(w, s, &random);
    pad(w, ALIGN);
    put_weights(w, s, &random);
    for (uint32_t i = 0; i < s->command_bytes; i++) {
        put(w, testing_random(&random) >> 32, 1);
    }
    for (int i = 0; i < 64; i++) {
        put(w, 0, 1);
    }
}

void model_fixture_seal(uint8_t *bytes, size_t size) {
    struct sha256_ctx state;
    sha256_init(&state);
    sha256_update(&state, size - 64, bytes);
    sha256_digest(&state, 32, bytes + size - 64);
}

struct model_fixture model_fixture_make(const struct fixture_shape *shape, uint64_t seed) {
    struct writer writer = {.bytes = NULL};
    uint32_t text_bytes = 0;
    put_model(&writer, shape, seed, 0, &text_bytes);
    struct model_fixture fixture = {.size = writer.at};
    void *bytes = NULL;
    if (posix_memalign(&bytes, 64, fixture.size) != 0) {
        abort();
    }
    fixture.bytes = bytes;
    writer = (struct writer){.bytes = fixture.bytes};
    put_model(&writer, shape, seed, fixture.size, &text_bytes);
    model_fixture_seal(fixture.bytes, fixture.size);
    return fixture;
}

struct model_fixture model_fixture_random(uint64_t seed) {
    uint64_t random = seed * 2 + 1;
    for (int i = 0; i < 8; i++) {
        testing_random(&random);
    }
    struct fixture_shape shape = {
        .dimension = 1 + testing_below(&random, 100),
        .layers = 1 + testing_below(&random, 3),
        .intermediate = 1 + testing_below(&random, 300),
        .command_bytes = 64 * testing_below(&random, 5),
        .merge_count = testing_below(&random, 100),
    };
    shape.token_count = BYTES + shape.merge_count + testing_below(&random, 10);
    shape.vocabulary = shape.token_count + testing_below(&random, 50);
    return model_fixture_make(&shape, seed);
}

void model_fixture_free(struct model_fixture *fixture) {
    free(fixture->bytes);
    *fixture = (struct model_fixture){.bytes = NULL};
}

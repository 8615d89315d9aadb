#include "container.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "engine.h"
#include "model_fixture.h"
#include "sha256_nettle.h"
#include "testing.h"

static const struct fixture_shape shape = {
    .vocabulary = 279,
    .dimension = 13,
    .layers = 2,
    .intermediate = 21,
    .token_count = 276,
    .merge_count = 20,
    .command_bytes = 192,
};

static enum ternel_error open_bytes(const uint8_t *bytes, size_t size, struct ternel_container *container) {
    struct sha256_ctx state;
    struct ternel_sha256 sha256 = sha256_nettle(&state);
    return ternel_container_open(container, bytes, size, &sha256);
}

/// Opens a copy of the fixture in which `count` bytes at `offset` became `value`; with `seal` the hash is
/// made to fit.
static enum ternel_error open_changed(const struct model_fixture *fixture, size_t offset, uint64_t value,
                                      size_t count, bool seal) {
    void *copy = NULL;
    if (posix_memalign(&copy, 64, fixture->size) != 0) {
        abort();
    }
    memcpy(copy, fixture->bytes, fixture->size);
    memcpy((uint8_t *)copy + offset, &value, count);
    if (seal) {
        model_fixture_seal(copy, fixture->size);
    }
    struct ternel_container container;
    enum ternel_error error = open_bytes(copy, fixture->size, &container);
    uint32_t total = 0;
    enum ternel_error measured = ternel_container_measure(copy, fixture->size, &total);
    EXPECT(measured == TERNEL_OK ? total == fixture->size
                                 : measured == error); // the header alone says the same
    free(copy);
    return error;
}

static void test_header(const struct model_fixture *fixture) {
    static const struct {
        size_t offset;
        uint64_t value;
        enum ternel_error error;
    } damages[] = {
        {0, 0x4e524555, TERNEL_ERROR_CONTAINER_MAGIC},
        {4, 1 | 128 << 16, TERNEL_ERROR_CONTAINER_VERSION},
        {4, 3 | 128 << 16, TERNEL_ERROR_CONTAINER_VERSION},
        {4, 2 | 64 << 16, TERNEL_ERROR_CONTAINER_HEADER_BYTES},
        {8, 2, TERNEL_ERROR_CONTAINER_ARCHITECTURE},
        {12, 64, TERNEL_ERROR_CONTAINER_TOTAL_BYTES},
        {16, 0, TERNEL_ERROR_CONTAINER_VOCABULARY},
        {16, 262145, TERNEL_ERROR_CONTAINER_VOCABULARY},
        {20, 0, TERNEL_ERROR_CONTAINER_DIMENSION},
        {20, 8193, TERNEL_ERROR_CONTAINER_DIMENSION},
        {24, 0, TERNEL_ERROR_CONTAINER_LAYERS},
        {24, 129, TERNEL_ERROR_CONTAINER_LAYERS},
        {28, 0, TERNEL_ERROR_CONTAINER_INTERMEDIATE},
        {28, 32769, TERNEL_ERROR_CONTAINER_INTERMEDIATE},
        {32, 0, TERNEL_ERROR_CONTAINER_COLUMN_ALIGN},
        {32, 32, TERNEL_ERROR_CONTAINER_COLUMN_ALIGN},
        {32, 128, TERNEL_ERROR_CONTAINER_COLUMN_ALIGN},
        {36, 0, TERNEL_ERROR_CONTAINER_TOKEN_COUNT},
        {36, 280, TERNEL_ERROR_CONTAINER_TOKEN_COUNT},
        {40, (1 << 24) + 1, TERNEL_ERROR_CONTAINER_TOKEN_TEXT_BYTES},
        {44, 262145, TERNEL_ERROR_CONTAINER_MERGE_COUNT},
        {48, 191, TERNEL_ERROR_CONTAINER_COMMANDS},
        {48, (1 << 20) + 64, TERNEL_ERROR_CONTAINER_COMMANDS},
        {48, 1 << 20, TERNEL_ERROR_CONTAINER_TOTAL_BYTES},
        {48, 0, TERNEL_ERROR_CONTAINER_TOTAL_BYTES},
        {52, 279, TERNEL_ERROR_CONTAINER_START_TOKEN},
        {56, UINT32_MAX, TERNEL_ERROR_CONTAINER_END_TOKEN},
        {60, 1, TERNEL_ERROR_CONTAINER_FLAGS},
        {64, 0x41414107, TERNEL_ERROR_CONTAINER_NAME},
        {92, 0x41000000, TERNEL_ERROR_CONTAINER_NAME},
        {124, 0x80000000, TERNEL_ERROR_CONTAINER_RESERVED},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        // The header is checked before the hash: a fitting hash changes nothing.
        EXPECT(open_changed(fixture, damages[i].offset, damages[i].value, 4, false) == damages[i].error);
        EXPECT(open_changed(fixture, damages[i].offset, damages[i].value, 4, true) == damages[i].error);
    }
    for (size_t i = 0; i < 128; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            EXPECT(open_changed(fixture, i, fixture->bytes[i] ^ 1U << bit, 1, false) != TERNEL_OK);
        }
    }
}

static void test_sizes(const struct model_fixture *fixture) {
    struct ternel_container container;
    for (size_t size = 0; size < fixture->size; size += 61) {
        void *copy = NULL;
        if (posix_memalign(&copy, 64, size + 1) != 0) {
            abort();
        }
        memcpy(copy, fixture->bytes, size);
        enum ternel_error expected =
            size < 192 ? TERNEL_ERROR_CONTAINER_SHORT : TERNEL_ERROR_CONTAINER_TRUNCATED;
        EXPECT(open_bytes(copy, size, &container) == expected);
        free(copy);
    }
    EXPECT(open_bytes(fixture->bytes, fixture->size + 1, &container) == TERNEL_ERROR_CONTAINER_TRAILING);
}

/// Damage with a fitting hash: each kind of content has its own code.
static void test_contents(const struct model_fixture *fixture, const struct ternel_container *whole) {
    const struct ternel_offsets *at = &whole->at;
    const struct {
        size_t offset;
        uint64_t value;
        size_t count;
        enum ternel_error error;
    } damages[] = {
        {at->token_offset, 1, 4, TERNEL_ERROR_TOKENIZER_OFFSETS},
        {at->token_offset + 40, 8, 4, TERNEL_ERROR_TOKENIZER_OFFSETS},
        {at->token_offset + 4 * 276, UINT32_MAX, 4, TERNEL_ERROR_TOKENIZER_OFFSETS},
        {at->byte_token + 4 * 255, 276, 4, TERNEL_ERROR_TOKENIZER_BYTE_TOKEN},
        {at->merges, 276, 4, TERNEL_ERROR_TOKENIZER_MERGE_RANGE},
        {at->merges + 4, 276, 4, TERNEL_ERROR_TOKENIZER_MERGE_RANGE},
        {at->merges + 8, 20, 4, TERNEL_ERROR_TOKENIZER_MERGE_RANGE},
        {at->merges + 12, 276, 4, TERNEL_ERROR_TOKENIZER_MERGE_RANGE},
        {at->merges + 16, 0, 4, TERNEL_ERROR_TOKENIZER_MERGE_ORDER},
        {at->fraction, 21, 1, TERNEL_ERROR_TABLES_FRACTION},
        {at->fraction + 2, 255, 1, TERNEL_ERROR_TABLES_FRACTION},
        {at->layer_fraction + 16 + 8, 21, 1, TERNEL_ERROR_TABLES_FRACTION},
        {at->layer_fraction, 0x140000000000, 6, TERNEL_ERROR_TABLES_PRODUCT_FRACTION},
        {at->gains, 21, 4, TERNEL_ERROR_TABLES_GAIN_FRACTION},
        {at->gains + at->layer_gain_bytes + 8, UINT64_C(1) << 62, 8, TERNEL_ERROR_TABLES_EPSILON},
        {at->scales, 32767, 2, TERNEL_ERROR_TABLES_SCALE},
        {at->scales + 4 * 12 + 2, 65, 2, TERNEL_ERROR_TABLES_SCALE},
        {at->embedding_scales + 4 * 278 + 2, (uint16_t)-65, 2, TERNEL_ERROR_TABLES_SCALE},
        {at->embedding_scales, 0, 2, TERNEL_ERROR_TABLES_SCALE},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        EXPECT(open_changed(fixture, damages[i].offset, damages[i].value, damages[i].count, true) ==
               damages[i].error);
        EXPECT(open_changed(fixture, damages[i].offset, damages[i].value, damages[i].count, false) ==
               TERNEL_ERROR_CONTAINER_HASH);
    }
    uint64_t first_pair = ternel_read_u64(fixture->bytes + at->merges);
    EXPECT(open_changed(fixture, at->merges + 16, first_pair, 8, true) == TERNEL_ERROR_TOKENIZER_MERGE_ORDER);
    EXPECT(open_changed(fixture, at->trailer, 0, 1, false) == TERNEL_ERROR_CONTAINER_HASH ||
           fixture->bytes[at->trailer] == 0);
    EXPECT(open_changed(fixture, at->trailer + 63, 1, 1, false) == TERNEL_ERROR_CONTAINER_TRAILER);
}

/// The views agree with the shape, lie in the file, do not overlap, and come in the file's order.
static void test_views(const struct ternel_container *container) {
    const uint8_t *previous = container->bytes + container->at.embedding + 279 * 64;
    for (uint32_t index = 0; index < shape.layers; index++) {
        struct ternel_layer layer;
        ternel_container_layer(container, index, &layer);
        for (uint32_t i = 0; i < TERNEL_LAYER_MATRIX_COUNT; i++) {
            const struct ternel_matrix *matrix = &layer.matrix[i];
            EXPECT(matrix->packed >= previous && (size_t)(matrix->packed - container->bytes) % 64 == 0);
            EXPECT(matrix->stride == 64 && matrix->mantissa >= 32768);
            EXPECT(matrix->rows == (i == TERNEL_LAYER_MATRIX_GATE_UP ? 42 : 13) &&
                   matrix->groups == (matrix->rows + 4) / 5);
            previous = matrix->packed + (size_t)matrix->groups * matrix->stride;
        }
        EXPECT(layer.gain[TERNEL_LAYER_GAIN_DOWN].count == 21 &&
               layer.gain[TERNEL_LAYER_GAIN_GATE].count == 13);
    }
    struct ternel_head head;
    ternel_container_head(container, &head);
    EXPECT(head.matrix.packed >= previous && head.matrix.rows == 279);
    const uint8_t *end = head.matrix.packed + (size_t)head.matrix.groups * head.matrix.stride;
    EXPECT(end == container->bytes + container->at.commands);
    EXPECT(container->at.trailer == container->at.commands + 192);
    EXPECT(strcmp(container->name, "fixture \"\\") == 0);
    EXPECT(ternel_container_weight_bytes_per_token(container) == (2 * (4 * 3 + 9 + 3) + 56) * 64 + 13);
}

/// Shapes within every limit whose container would not fit 32 bits.
static void test_too_large(const struct model_fixture *fixture) {
    uint8_t header[192];
    memcpy(header, fixture->bytes, sizeof header);
    ternel_write_u32(header + 16, 262144);
    ternel_write_u32(header + 20, 8192);
    ternel_write_u32(header + 24, 128);
    ternel_write_u32(header + 28, 32768);
    uint32_t total = 0;
    EXPECT(ternel_container_measure(header, sizeof header, &total) == TERNEL_ERROR_CONTAINER_TOO_LARGE);
    EXPECT(ternel_container_measure(fixture->bytes, fixture->size - 1, &total) ==
           TERNEL_ERROR_CONTAINER_TRUNCATED);
}

void test_container(void) {
    struct model_fixture fixture = model_fixture_make(&shape, 3);
    struct ternel_container container;
    EXPECT(open_bytes(fixture.bytes, fixture.size, &container) == TERNEL_OK);
    test_views(&container);
    test_header(&fixture);
    test_sizes(&fixture);
    test_contents(&fixture, &container);
    test_too_large(&fixture);
    model_fixture_free(&fixture);
    EXPECT(strcmp(ternel_error_message(TERNEL_ERROR_CONTAINER_HASH), "hash mismatch") == 0);
    EXPECT(strcmp(ternel_error_subject(TERNEL_ERROR_CONTAINER_HASH), "container") == 0);
    EXPECT(strcmp(ternel_error_message((enum ternel_error)1), "unknown") == 0 &&
           ternel_error_message(TERNEL_OK)[0] == 0);
}

#include "bytes.h"
#include "container_layout.h"

static bool name_is_wellformed(const uint8_t *name) {
    uint32_t i = 0;
    while (i < TERNEL_CONTAINER_NAME_BYTES && name[i] >= 0x20 && name[i] <= 0x7e) {
        i++;
    }
    if (i == TERNEL_CONTAINER_NAME_BYTES) {
        return false;
    }
    for (; i < TERNEL_CONTAINER_NAME_BYTES; i++) {
        if (name[i] != 0) {
            return false;
        }
    }
    return true;
}

/// Every field of the header against its own limit; the file's order except for flags, name and reserved
/// bytes, which follow.
TERNEL_MUST_CHECK
static enum ternel_error check_fields(const uint8_t *bytes, struct ternel_shape *shape) {
#define CHECK(condition, name)                                                                               \
    if (!(condition)) {                                                                                      \
        return TERNEL_ERROR_CONTAINER_##name;                                                                \
    }
#define FIELD(name) ternel_read_u32(bytes + TERNEL_CONTAINER_##name##_OFFSET)
    *shape = (struct ternel_shape){
        .total_bytes = FIELD(TOTAL_BYTES),
        .vocabulary = FIELD(VOCABULARY),
        .dimension = FIELD(DIMENSION),
        .layers = FIELD(LAYERS),
        .intermediate = FIELD(INTERMEDIATE),
        .column_align = FIELD(COLUMN_ALIGN),
        .token_count = FIELD(TOKEN_COUNT),
        .token_text_bytes = FIELD(TOKEN_TEXT_BYTES),
        .merge_count = FIELD(MERGE_COUNT),
        .command_bytes = FIELD(COMMAND_BYTES),
        .start_token = FIELD(START_TOKEN),
        .end_token = FIELD(END_TOKEN),
    };
    const struct ternel_shape *s = shape;
    CHECK(FIELD(MAGIC) == TERNEL_CONTAINER_MAGIC, MAGIC)
    CHECK(ternel_read_u16(bytes + TERNEL_CONTAINER_VERSION_OFFSET) == TERNEL_CONTAINER_VERSION, VERSION)
    CHECK(ternel_read_u16(bytes + TERNEL_CONTAINER_HEADER_BYTES_OFFSET) == TERNEL_CONTAINER_HEADER_BYTES,
          HEADER_BYTES)
    CHECK(FIELD(ARCHITECTURE) == TERNEL_CONTAINER_ARCHITECTURE_MATMULFREE, ARCHITECTURE)
    CHECK(s->vocabulary >= 1 && s->vocabulary <= TERNEL_CONTAINER_MAX_VOCABULARY, VOCABULARY)
    CHECK(s->dimension >= 1 && s->dimension <= TERNEL_CONTAINER_MAX_DIMENSION, DIMENSION)
    CHECK(s->layers >= 1 && s->layers <= TERNEL_CONTAINER_MAX_LAYERS, LAYERS)
    CHECK(s->intermediate >= 1 && s->intermediate <= TERNEL_CONTAINER_MAX_INTERMEDIATE, INTERMEDIATE)
    CHECK(s->column_align == TERNEL_CONTAINER_COLUMN_ALIGN, COLUMN_ALIGN)
    CHECK(s->token_count >= 1 && s->token_count <= s->vocabulary, TOKEN_COUNT)
    CHECK(s->token_text_bytes <= TERNEL_CONTAINER_MAX_TOKEN_TEXT_BYTES, TOKEN_TEXT_BYTES)
    CHECK(s->merge_count <= TERNEL_CONTAINER_MAX_MERGE_COUNT, MERGE_COUNT)
    CHECK(s->command_bytes <= TERNEL_CONTAINER_MAX_COMMAND_BYTES &&
              s->command_bytes % TERNEL_CONTAINER_COMMAND_ALIGN == 0,
          COMMANDS)
    CHECK(s->start_token < s->vocabulary, START_TOKEN)
    CHECK(s->end_token < s->vocabulary, END_TOKEN)
    CHECK(FIELD(FLAGS) == 0, FLAGS)
    CHECK(name_is_wellformed(bytes + TERNEL_CONTAINER_NAME_OFFSET), NAME)
    CHECK(ternel_all_zero(bytes + TERNEL_CONTAINER_RESERVED_OFFSET, TERNEL_CONTAINER_RESERVED_BYTES),
          RESERVED)
#undef FIELD
#undef CHECK
    return TERNEL_OK;
}

enum ternel_error ternel_container_read_header(const uint8_t *bytes, struct ternel_shape *shape,
                                               struct ternel_offsets *at) {
    TERNEL_TRY(check_fields(bytes, shape));
    if (!ternel_derive_offsets(shape, at)) {
        return TERNEL_ERROR_CONTAINER_TOO_LARGE;
    }
    return at->end == shape->total_bytes ? TERNEL_OK : TERNEL_ERROR_CONTAINER_TOTAL_BYTES;
}

enum ternel_error ternel_container_measure(const uint8_t *bytes, size_t available, uint32_t *total_bytes) {
    struct ternel_shape shape;
    struct ternel_offsets at;
    if (available < TERNEL_CONTAINER_HEADER_BYTES + TERNEL_CONTAINER_TRAILER_BYTES) {
        return TERNEL_ERROR_CONTAINER_SHORT;
    }
    TERNEL_TRY(ternel_container_read_header(bytes, &shape, &at));
    *total_bytes = at.end;
    return at.end <= available ? TERNEL_OK : TERNEL_ERROR_CONTAINER_TRUNCATED;
}

// Opening a container: header, size, hash, then the contents in the file's order.
#include "container.h"

#include <string.h>

#include "bytes.h"
#include "container_layout.h"

TERNEL_MUST_CHECK
static enum ternel_error check_tokenizer(const struct ternel_container *container) {
    const struct ternel_shape *shape = &container->shape;
    const uint8_t *offsets = container->bytes + container->at.token_offset;
    uint32_t previous = 0;
    for (uint32_t i = 0; i <= shape->token_count; i++) {
        uint32_t offset = ternel_read_u32(offsets + 4 * i);
        bool misplaced =
            (i == 0 && offset != 0) || (i == shape->token_count && offset != shape->token_text_bytes);
        if (misplaced || offset < previous || offset > shape->token_text_bytes) {
            return TERNEL_ERROR_TOKENIZER_OFFSETS;
        }
        previous = offset;
    }
    const uint8_t *byte_tokens = container->bytes + container->at.byte_token;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t token = ternel_read_u32(byte_tokens + 4 * i);
        if (token != TERNEL_CONTAINER_NO_TOKEN && token >= shape->token_count) {
            return TERNEL_ERROR_TOKENIZER_BYTE_TOKEN;
        }
    }
    const uint8_t *merge = container->bytes + container->at.merges;
    uint64_t previous_pair = 0;
    for (uint32_t i = 0; i < shape->merge_count; i++, merge += TERNEL_MERGE_BYTES) {
        uint32_t left = ternel_read_u32(merge);
        uint32_t right = ternel_read_u32(merge + 4);
        uint32_t rank = ternel_read_u32(merge + 8);
        uint32_t result = ternel_read_u32(merge + 12);
        if (left >= shape->token_count || right >= shape->token_count || rank >= shape->merge_count ||
            result >= shape->token_count) {
            return TERNEL_ERROR_TOKENIZER_MERGE_RANGE;
        }
        uint64_t pair = (uint64_t)left << 32 | right;
        if (i > 0 && pair <= previous_pair) {
            return TERNEL_ERROR_TOKENIZER_MERGE_ORDER;
        }
        previous_pair = pair;
    }
    return TERNEL_OK;
}

TERNEL_MUST_CHECK
static enum ternel_error check_fractions(const struct ternel_container *container) {
    if (container->residual_fraction > TERNEL_CONTAINER_MAX_FRACTION ||
        container->final_fraction > TERNEL_CONTAINER_MAX_FRACTION ||
        container->logits_fraction > TERNEL_CONTAINER_MAX_FRACTION) {
        return TERNEL_ERROR_TABLES_FRACTION;
    }
    const uint8_t *fraction = container->bytes + container->at.layer_fraction;
    for (uint32_t layer = 0; layer < container->shape.layers;
         layer++, fraction += TERNEL_LAYER_FRACTION_BYTES) {
        for (uint32_t i = 0; i < TERNEL_LAYER_FRACTION_COUNT; i++) {
            if (fraction[i] > TERNEL_CONTAINER_MAX_FRACTION) {
                return TERNEL_ERROR_TABLES_FRACTION;
            }
        }
        // The two products are shifted right to their fractions, never left.
        if (fraction[TERNEL_LAYER_FRACTION_GATED_OUTPUT] >
                fraction[TERNEL_LAYER_FRACTION_NORMED_GATE] + fraction[TERNEL_LAYER_FRACTION_CANDIDATE] ||
            fraction[TERNEL_LAYER_FRACTION_PRODUCT] > 2 * fraction[TERNEL_LAYER_FRACTION_GATE_UP]) {
            return TERNEL_ERROR_TABLES_PRODUCT_FRACTION;
        }
    }
    return TERNEL_OK;
}

TERNEL_MUST_CHECK
static enum ternel_error check_gain(const struct ternel_gain *gain) {
    if (gain->fraction > TERNEL_CONTAINER_MAX_FRACTION) {
        return TERNEL_ERROR_TABLES_GAIN_FRACTION;
    }
    // The sum of squares is at most 2^61: it and an epsilon below 2^62 stay below 2^63.
    return gain->epsilon < UINT64_C(1) << TERNEL_CONTAINER_MAX_EPSILON_BITS ? TERNEL_OK
                                                                            : TERNEL_ERROR_TABLES_EPSILON;
}

TERNEL_MUST_CHECK
static enum ternel_error check_gains(const struct ternel_container *container) {
    for (uint32_t index = 0; index < container->shape.layers; index++) {
        struct ternel_layer layer;
        ternel_container_layer(container, index, &layer);
        for (uint32_t i = 0; i < TERNEL_LAYER_GAIN_COUNT; i++) {
            TERNEL_TRY(check_gain(&layer.gain[i]));
        }
    }
    struct ternel_head head;
    ternel_container_head(container, &head);
    TERNEL_TRY(check_gain(&head.norm));
    return check_gain(&head.gain);
}

TERNEL_MUST_CHECK
static enum ternel_error check_scales(const uint8_t *scale, uint32_t count) {
    const int32_t largest = TERNEL_CONTAINER_MAX_SCALE_EXPONENT;
    for (uint32_t i = 0; i < count; i++, scale += TERNEL_SCALE_BYTES) {
        int32_t exponent = ternel_read_i16(scale + 2);
        if (ternel_read_u16(scale) < TERNEL_CONTAINER_SMALLEST_MANTISSA || exponent > largest ||
            exponent < -largest) {
            return TERNEL_ERROR_TABLES_SCALE;
        }
    }
    return TERNEL_OK;
}

enum ternel_error ternel_container_open(struct ternel_container *container, const uint8_t *bytes, size_t size,
                                        const struct ternel_sha256 *sha256) {
    *container = (struct ternel_container){.bytes = bytes};
    if (size < TERNEL_CONTAINER_HEADER_BYTES + TERNEL_CONTAINER_TRAILER_BYTES) {
        return TERNEL_ERROR_CONTAINER_SHORT;
    }
    TERNEL_TRY(ternel_container_read_header(bytes, &container->shape, &container->at));
    const struct ternel_offsets *at = &container->at;
    if (size != at->end) {
        return size < at->end ? TERNEL_ERROR_CONTAINER_TRUNCATED : TERNEL_ERROR_CONTAINER_TRAILING;
    }

    container->digest = bytes + at->trailer;
    if (sha256 != NULL) {
        uint8_t digest[TERNEL_SHA256_BYTES];
        sha256->start(sha256->context);
        sha256->update(sha256->context, bytes, at->trailer);
        sha256->finish(sha256->context, digest);
        if (memcmp(digest, container->digest, sizeof digest) != 0) {
            return TERNEL_ERROR_CONTAINER_HASH;
        }
    }
    if (!ternel_all_zero(container->digest + TERNEL_SHA256_BYTES,
                         TERNEL_CONTAINER_TRAILER_BYTES - TERNEL_SHA256_BYTES)) {
        return TERNEL_ERROR_CONTAINER_TRAILER;
    }

    container->name = (const char *)(bytes + TERNEL_CONTAINER_NAME_OFFSET);
    container->residual_fraction = bytes[at->fraction];
    container->final_fraction = bytes[at->fraction + 1];
    container->logits_fraction = bytes[at->fraction + 2];
    TERNEL_TRY(check_tokenizer(container));
    TERNEL_TRY(check_fractions(container));
    TERNEL_TRY(check_gains(container));
    TERNEL_TRY(check_scales(bytes + at->scales, TERNEL_LAYER_MATRIX_COUNT * container->shape.layers + 1));
    return check_scales(bytes + at->embedding_scales, container->shape.vocabulary);
}

// Random containers for tests, written by code that shares nothing with the reader.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct fixture_shape {
    uint32_t vocabulary;
    uint32_t dimension;
    uint32_t layers;
    uint32_t intermediate;
    uint32_t token_count;
    uint32_t merge_count;
    uint32_t command_bytes; ///< a multiple of 64; the list's bytes are random
};

/// A container in memory of exactly its size (so that AddressSanitizer sees every step beyond it), aligned
/// to 64.
struct model_fixture {
    uint8_t *bytes;
    size_t size;
};

/// A well-formed container of a given shape with random contents. With 256 tokens or more every byte has a
/// token, and up to token_count - 256 merges make more; with fewer there are no merges, and bytes share the
/// tokens or have none.
struct model_fixture model_fixture_make(const struct fixture_shape *shape, uint64_t seed);

/// The same with a random small shape: sizes that are no multiple of 5, of the alignment or of each other.
struct model_fixture model_fixture_random(uint64_t seed);

/// Writes the hash of the content into the trailer, as damage behind the hash's back does.
void model_fixture_seal(uint8_t *bytes, size_t size);

void model_fixture_free(struct model_fixture *fixture);

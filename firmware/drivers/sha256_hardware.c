#include "sha256_hardware.h"

#include <string.h>

/// Below this many bytes writing the blocks word by word is faster than a write-back of the caches.
enum { BLOCK_BYTES = 64, MEMORY_PATH_BYTES = 16384 };

void sha256_hardware_start(void *context) {
    struct sha256_hardware *sha = context;
    sha->used = 0;
    sha->bytes = 0;
    sha->error = TERNEL_OK;
}

/// Hashes one block and remembers the first error.
static void hash_block(struct sha256_hardware *sha, const uint8_t block[BLOCK_BYTES]) {
    if (sha->error == TERNEL_OK) {
        sha->error = accelerator_hash_block(sha->accelerator, block, sha->bytes == 0);
    }
    sha->bytes += BLOCK_BYTES;
}

/// Whether the device can read these bytes itself.
static bool in_memory(const struct sha256_hardware *sha, const uint8_t *bytes, size_t size) {
    const uintptr_t memory = sha->accelerator->memory;
    const uintptr_t at = (uintptr_t)bytes;
    return at % BLOCK_BYTES == 0 && at >= memory && at - memory < sha->accelerator->memory_bytes &&
           size <= sha->accelerator->memory_bytes - (at - memory);
}

/// Hashes whole blocks that the device reads itself.
static void hash_memory(struct sha256_hardware *sha, const uint8_t *bytes, size_t size) {
    if (sha->error == TERNEL_OK) {
        sha->error = accelerator_hash_memory(sha->accelerator, (uintptr_t)bytes,
                                             (uint32_t)(size / BLOCK_BYTES), sha->bytes == 0);
    }
    sha->bytes += size;
}

bool sha256_hardware_update_shared(void *context, const uint8_t *bytes, size_t size) {
    struct sha256_hardware *sha = context;
    if (sha->used != 0 || size == 0 || size % BLOCK_BYTES != 0 || !in_memory(sha, bytes, size)) {
        return false;
    }
    hash_memory(sha, bytes, size);
    return true;
}

void sha256_hardware_update(void *context, const uint8_t *bytes, size_t size) {
    struct sha256_hardware *sha = context;
    if (sha->used != 0) {
        const size_t room = BLOCK_BYTES - sha->used;
        const size_t part = size < room ? size : room;
        memcpy(sha->block + sha->used, bytes, part);
        sha->used += (uint32_t)part;
        bytes += part;
        size -= part;
        if (sha->used < BLOCK_BYTES) {
            return;
        }
        sha->used = 0;
        hash_block(sha, sha->block);
    }
    if (size >= MEMORY_PATH_BYTES && in_memory(sha, bytes, size)) {
        const size_t whole = size - size % BLOCK_BYTES;
        sha->write_back();
        hash_memory(sha, bytes, whole);
        bytes += whole;
        size -= whole;
    }
    for (; size >= BLOCK_BYTES; size -= BLOCK_BYTES, bytes += BLOCK_BYTES) {
        hash_block(sha, bytes);
    }
    memcpy(sha->block, bytes, size);
    sha->used = (uint32_t)size;
}

void sha256_hardware_finish(void *context, uint8_t digest[TERNEL_SHA256_BYTES]) {
    struct sha256_hardware *sha = context;
    // FIPS 180-4, 5.1.1: a one bit, zeros, and the message's length in bits, big-endian, at the end of a
    // block.
    const uint64_t bits = (sha->bytes + sha->used) * 8;
    sha->block[sha->used++] = 0x80;
    if (sha->used > BLOCK_BYTES - 8) {
        memset(sha->block + sha->used, 0, BLOCK_BYTES - sha->used);
        hash_block(sha, sha->block);
        sha->used = 0;
    }
    memset(sha->block + sha->used, 0, BLOCK_BYTES - 8 - sha->used);
    for (uint32_t byte = 0; byte < 8; byte++) {
        sha->block[BLOCK_BYTES - 1 - byte] = (uint8_t)(bits >> (8 * byte));
    }
    hash_block(sha, sha->block);
    if (sha->error == TERNEL_OK) {
        accelerator_digest(sha->accelerator, digest);
    } else {
        memset(digest, 0, TERNEL_SHA256_BYTES);
    }
}

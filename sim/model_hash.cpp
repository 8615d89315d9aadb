#include "model_hash.h"

#include "error.h"

#include <cstring>
#include <nettle/sha2.h>

#define _Static_assert static_assert // the header is C
#include "ternel_container.h"

namespace {

uint32_t littleEndian32(const uint8_t *bytes) {
    return static_cast<uint32_t>(bytes[0]) | static_cast<uint32_t>(bytes[1]) << 8 |
           static_cast<uint32_t>(bytes[2]) << 16 | static_cast<uint32_t>(bytes[3]) << 24;
}

} // namespace

void checkModelHash(const uint8_t *bytes, size_t size) {
    constexpr size_t least = TERNEL_CONTAINER_HEADER_BYTES + TERNEL_CONTAINER_TRAILER_BYTES;
    if (size < least || littleEndian32(bytes + TERNEL_CONTAINER_MAGIC_OFFSET) != TERNEL_CONTAINER_MAGIC)
        throw HarnessError(errors::fileKind, "no model container was preloaded");
    const size_t total = littleEndian32(bytes + TERNEL_CONTAINER_TOTAL_BYTES_OFFSET);
    if (total < least || total > size)
        throw HarnessError(errors::argument, "the preloaded model says it has " + std::to_string(total) +
                                                 " bytes, " + std::to_string(size) + " fit");
    const size_t content = total - TERNEL_CONTAINER_TRAILER_BYTES;
    sha256_ctx state;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&state);
    sha256_update(&state, content, bytes);
    sha256_digest(&state, sizeof digest, digest);
    if (std::memcmp(digest, bytes + content, sizeof digest) != 0)
        throw HarnessError(errors::containerHash, "the preloaded model");
}

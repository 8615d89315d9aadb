// SHA-256 against Nettle: every length about the borders of its blocks, in pieces of any size.
#include "sha256_software.h"

#include <string.h>

#include "sha256_nettle.h"
#include "testing.h"

enum { LENGTHS = 300 };

static void hash_in_pieces(const struct ternel_sha256 *sha256, const uint8_t *bytes, size_t size,
                           uint64_t *random, uint8_t digest[TERNEL_SHA256_BYTES]) {
    sha256->start(sha256->context);
    for (size_t at = 0; at < size;) {
        const size_t piece = 1 + testing_below(random, (uint32_t)(size - at));
        sha256->update(sha256->context, bytes + at, piece);
        at += piece;
    }
    sha256->finish(sha256->context, digest);
}

void test_sha256_software(void) {
    uint64_t random = 5;
    struct sha256_ctx nettle_state;
    struct sha256_software software_state;
    const struct ternel_sha256 nettle = sha256_nettle(&nettle_state);
    const struct ternel_sha256 software = sha256_software(&software_state);
    uint8_t bytes[LENGTHS];
    uint8_t expected[TERNEL_SHA256_BYTES];
    uint8_t digest[TERNEL_SHA256_BYTES];
    for (size_t size = 0; size < LENGTHS; size++) {
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)testing_below(&random, 256);
        }
        hash_in_pieces(&nettle, bytes, size, &random, expected);
        hash_in_pieces(&software, bytes, size, &random, digest);
        EXPECT(memcmp(expected, digest, sizeof digest) == 0);
    }
}

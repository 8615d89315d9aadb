#include "sha256_nettle.h"

_Static_assert((int)TERNEL_SHA256_BYTES == SHA256_DIGEST_SIZE, "one digest");

static void start(void *context) {
    sha256_init(context);
}

static void update(void *context, const uint8_t *bytes, size_t size) {
    sha256_update(context, size, bytes);
}

static void finish(void *context, uint8_t digest[TERNEL_SHA256_BYTES]) {
    sha256_digest(context, TERNEL_SHA256_BYTES, digest);
}

struct ternel_sha256 sha256_nettle(struct sha256_ctx *state) {
    return (struct ternel_sha256){.context = state, .start = start, .update = update, .finish = finish};
}

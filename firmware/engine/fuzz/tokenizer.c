// Any bytes as a text: the pieces cover it, the tokens are tokens, UTF-8 is read within bounds.
#include <stdlib.h>

#include "model_fixture.h"
#include "pieces.h"
#include "sha256_nettle.h"
#include "tokenizer.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct ternel_container container;
    if (container.bytes == NULL) {
        static struct model_fixture fixture; // stays for all inputs
        fixture = model_fixture_random(1);
        struct sha256_ctx state;
        struct ternel_sha256 sha256 = sha256_nettle(&state);
        require(ternel_container_open(&container, fixture.bytes, fixture.size, &sha256) == TERNEL_OK);
    }
    for (size_t start = 0; start < size;) {
        size_t length = ternel_piece_length(data + start, size - start);
        require(length >= 1 && length <= size - start);
        start += length;
    }
    uint32_t point = 0;
    require(ternel_utf8_decode(data, size, &point) <= size && ternel_utf8_unfinished(data, size) <= size);
    // Merging takes quadratic time in the length of a piece: a console's line is bounded, and so is this.
    size_t bounded = size < 512 ? size : 512;
    uint32_t *tokens = calloc(bounded + 1, sizeof *tokens);
    uint32_t *ranks = calloc(bounded + 1, sizeof *ranks);
    size_t count = 0;
    enum ternel_error error =
        ternel_tokenizer_encode(&container, data, bounded, tokens, ranks, bounded, &count);
    require(error == TERNEL_OK && count <= bounded && (bounded == 0 || count > 0));
    for (size_t i = 0; i < count; i++) {
        require(tokens[i] < container.shape.token_count);
    }
    free(ranks);
    free(tokens);
    return 0;
}

// The engine's unit tests. `ternel-tests NAME` runs one, without a name all; `--list` names them. Three more
// commands serve the tests that compare with TypeScript:
//
//     ternel-tests --model SEED      writes a random container to standard output
//     ternel-tests --open FILE...    opens containers: a line `FILE E1203` or `FILE OK` for each
//     ternel-tests --pieces          reads a text, prints the length of each of its pieces
#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "model_file.h"
#include "model_fixture.h"
#include "pieces.h"
#include "sha256_nettle.h"
#include "testing.h"

static const struct testing_test tests[] = {
    {"numerics", test_numerics},
    {"gates", test_gates},
    {"rmsnorm", test_rmsnorm},
    {"bitlinear", test_bitlinear},
    {"matvec_cpu", test_matvec_cpu},
    {"sampler", test_sampler},
    {"utf8", test_utf8},
    {"pieces", test_pieces},
    {"tokenizer", test_tokenizer},
    {"checked", test_checked},
    {"container", test_container},
    {"arena", test_arena},
    {"run", test_run},
    {"sha256_software", test_sha256_software},
};
enum { TESTS = sizeof tests / sizeof tests[0] };

static int write_model(uint64_t seed) {
    struct model_fixture fixture = model_fixture_random(seed);
    size_t written = fwrite(fixture.bytes, 1, fixture.size, stdout);
    int status = written == fixture.size ? EXIT_SUCCESS : EXIT_FAILURE;
    model_fixture_free(&fixture);
    return status;
}

static int open_files(int count, char **paths) {
    for (int i = 0; i < count; i++) {
        struct sha256_ctx state;
        struct ternel_sha256 sha256 = sha256_nettle(&state);
        struct ternel_container container;
        struct model_file file;
        enum ternel_error error = model_file_open(paths[i], &file);
        if (error == TERNEL_OK) {
            error = ternel_container_open(&container, file.bytes, file.size, &sha256);
        }
        if (error == TERNEL_OK) {
            printf("%s OK\n", paths[i]);
        } else {
            printf("%s E%04d\n", paths[i], (int)error);
        }
        model_file_close(&file);
    }
    return EXIT_SUCCESS;
}

static int print_pieces(void) {
    static uint8_t text[1 << 20];
    size_t size = fread(text, 1, sizeof text, stdin);
    for (size_t start = 0; start < size;) {
        size_t length = ternel_piece_length(text + start, size - start);
        printf("%zu\n", length);
        start += length;
    }
    return EXIT_SUCCESS;
}

int main(int count, char **words) {
    const char *wanted = count > 1 ? words[1] : NULL;
    if (count == 3 && strcmp(wanted, "--model") == 0) {
        return write_model(strtoull(words[2], NULL, 10));
    }
    if (count > 2 && strcmp(wanted, "--open") == 0) {
        return open_files(count - 2, words + 2);
    }
    if (count == 2 && strcmp(wanted, "--pieces") == 0) {
        return print_pieces();
    }
    return testing_run(tests, TESTS, wanted);
}

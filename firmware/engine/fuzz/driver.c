// Runs a fuzz harness where there is no libFuzzer: replays every file it is given, then random mutations of
// them.
//
//     fuzz-container [-runs=N] [-seed=N] [-last=FILE] FILE...
//
// The same seed gives the same inputs. With -last every input is written to FILE before it is tried, so that
// the one that ends the program is left behind; give it as the only FILE to try it again. `make host-fuzz`
// builds the harnesses with clang's libFuzzer.
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_INPUT = 1 << 17, FILES_MAX = 1024 };

struct input {
    uint8_t bytes[SIZE_MAX_INPUT];
    size_t size;
};

/// What is being tried, and where it goes when the program dies of it.
static const struct input *current;
static const char *last_path;

static bool read_input(const char *path, struct input *input) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    input->size = fread(input->bytes, 1, sizeof input->bytes, file);
    return fclose(file) == 0;
}

/// Writes the input that is being tried, when the program dies of it.
static void keep_input(void) {
    FILE *file = last_path == NULL ? NULL : fopen(last_path, "wb");
    if (file != NULL) {
        fwrite(current->bytes, 1, current->size, file);
        fclose(file);
    }
}

static void on_abort(int number) {
    keep_input();
    _Exit(128 + number);
}

static void try_input(const struct input *input) {
    current = input;
    // In memory of exactly its size, so that a step beyond it is seen.
    uint8_t *exact = malloc(input->size + (input->size == 0));
    memcpy(exact, input->bytes, input->size);
    (void)LLVMFuzzerTestOneInput(exact, input->size);
    free(exact);
}

/// A place in the input; every other time near its beginning, where the lengths and counts of a format are.
static size_t place(const struct input *input, uint64_t *random) {
    uint32_t size = (uint32_t)input->size;
    return testing_below(random, size > 512 && testing_below(random, 2) == 0 ? 512 : size);
}

/// Overwrites up to eight bytes somewhere with an edge value or a random one.
static void overwrite(struct input *input, uint64_t *random) {
    static const uint64_t edges[] = {0,      1,      0x7f,       0x80,       0xff,      0x7fff,
                                     0x8000, 0xffff, 0x7fffffff, 0x80000000, UINT64_MAX};
    size_t at = place(input, random);
    size_t width = (size_t)1 << testing_below(random, 4);
    uint64_t value = testing_random(random);
    if (testing_below(random, 2) == 0) {
        value = edges[testing_below(random, sizeof edges / sizeof edges[0])];
    }
    for (size_t i = 0; i < width && at + i < input->size; i++) {
        input->bytes[at + i] = (uint8_t)(value >> 8 * i);
    }
}

/// Moves the rest of the input up or down: bytes appear (copies of others) or vanish.
static void shift(struct input *input, uint64_t *random) {
    size_t at = place(input, random);
    size_t count = 1 + testing_below(random, testing_below(random, 2) == 0 ? 8 : 256);
    if (testing_below(random, 2) == 0) {
        count = count > input->size - at ? input->size - at : count;
        memmove(input->bytes + at, input->bytes + at + count, input->size - at - count);
        input->size -= count;
    } else if (input->size + count <= sizeof input->bytes) {
        memmove(input->bytes + at + count, input->bytes + at, input->size - at);
        input->size += count;
    }
}

static void mutate(struct input *input, uint64_t *random) {
    for (uint32_t i = 0; i <= testing_below(random, 6) && input->size > 0; i++) {
        uint32_t kind = testing_below(random, 8);
        if (kind == 0) {
            shift(input, random);
        } else if (kind == 1) {
            input->size = testing_below(random, (uint32_t)input->size + 1);
        } else if (kind < 5) {
            input->bytes[place(input, random)] ^= (uint8_t)(1 << testing_below(random, 8));
        } else {
            overwrite(input, random);
        }
    }
}

int main(int count, char **words) {
    static struct input input;
    const char *files[FILES_MAX];
    uint32_t file_count = 0;
    unsigned long runs = 0;
    uint64_t random = 1;
    for (int i = 1; i < count && file_count < FILES_MAX; i++) {
        if (strncmp(words[i], "-runs=", 6) == 0) {
            runs = strtoul(words[i] + 6, NULL, 10);
        } else if (strncmp(words[i], "-seed=", 6) == 0) {
            random = strtoull(words[i] + 6, NULL, 10) * 2 + 1;
        } else if (strncmp(words[i], "-last=", 6) == 0) {
            last_path = words[i] + 6;
        } else {
            files[file_count++] = words[i];
        }
    }
    __sanitizer_set_death_callback(keep_input);
    signal(SIGABRT, on_abort);
    for (uint32_t i = 0; i < file_count; i++) {
        if (!read_input(files[i], &input)) {
            fprintf(stderr, "cannot read %s\n", files[i]);
            return 2;
        }
        try_input(&input);
    }
    for (unsigned long run = 0; run < runs && file_count > 0; run++) {
        if (!read_input(files[testing_below(&random, file_count)], &input)) {
            return 2;
        }
        mutate(&input, &random);
        try_input(&input);
    }
    printf("%u inputs, %lu mutations\n", file_count, runs);
    return 0;
}

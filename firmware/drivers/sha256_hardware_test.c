#include "sha256_hardware.h"

#include "accelerator_model.h"
#include "check.h"

enum { LONG = 50000 };

void sha256_hardware_test(void);

static struct accelerator_model *model;
static struct accelerator accelerator;
static uint32_t write_backs;

static void write_back(void) {
    write_backs++;
}

/// Hashes the same bytes in pieces of `piece` and compares with Nettle.
static void compare(const uint8_t *bytes, size_t size, size_t piece) {
    struct sha256_hardware sha = {.accelerator = &accelerator, .write_back = write_back};
    struct sha256_ctx expected;
    uint8_t digest[TERNEL_SHA256_BYTES];
    uint8_t expected_digest[TERNEL_SHA256_BYTES];
    sha256_hardware_start(&sha);
    for (size_t at = 0; at < size; at += piece) {
        sha256_hardware_update(&sha, bytes + at, size - at < piece ? size - at : piece);
    }
    sha256_hardware_finish(&sha, digest);
    CHECK_EQUAL(sha.error, TERNEL_OK);
    sha256_init(&expected);
    sha256_update(&expected, size, bytes);
    sha256_digest(&expected, sizeof expected_digest, expected_digest);
    CHECK(memcmp(digest, expected_digest, sizeof digest) == 0);
}

void sha256_hardware_test(void) {
    static uint8_t bytes[LONG];
    model = accelerator_model_start();
    CHECK_EQUAL(accelerator_open(&accelerator, MODEL_WINDOW, (uintptr_t)model->memory, MODEL_MEMORY_BYTES,
                                 MODEL_BUILD_ID),
                TERNEL_OK);
    for (size_t at = 0; at < LONG; at++) {
        bytes[at] = (uint8_t)(at * 31 + at / 256);
    }
    // Around every boundary of a block and of the padding.
    for (size_t size = 0; size <= 200; size++) {
        compare(bytes, size, 1000);
        compare(bytes, size, 7);
    }
    compare(bytes, LONG, 64);
    CHECK_EQUAL(write_backs, 0);

    // Memory that the device can read itself: the caches are written back first; what does not fill a block
    // comes by the CPU.
    memcpy(model->memory + 1024, bytes, LONG);
    compare(model->memory + 1024, LONG, LONG);
    CHECK_EQUAL(write_backs, 1);
    compare(model->memory + 1025, LONG - 1, LONG);
    CHECK_EQUAL(write_backs, 1);
    // The end of DRAM is respected.
    compare(model->memory + MODEL_MEMORY_BYTES - 32768, 32768, 32768);
    CHECK_EQUAL(write_backs, 2);

    // What a backend wrote: whole blocks, without a word about caches; anything else is left to the CPU.
    struct sha256_hardware shared = {.accelerator = &accelerator, .write_back = write_back};
    sha256_hardware_start(&shared);
    CHECK(sha256_hardware_update_shared(&shared, model->memory + 1024, 1920));
    CHECK(!sha256_hardware_update_shared(&shared, model->memory + 1024, 100));
    CHECK(!sha256_hardware_update_shared(&shared, model->memory + 1025, 128));
    CHECK(!sha256_hardware_update_shared(&shared, bytes, 128));
    CHECK(sha256_hardware_update_shared(&shared, model->memory + 1024 + 1920, 64));
    sha256_hardware_update(&shared, model->memory + 1024 + 1984, 16);
    CHECK(!sha256_hardware_update_shared(&shared, model->memory + 1024, 128));
    CHECK_EQUAL(write_backs, 2);
    uint8_t expected[TERNEL_SHA256_BYTES];
    uint8_t shared_digest[TERNEL_SHA256_BYTES];
    struct sha256_ctx reference;
    sha256_init(&reference);
    sha256_update(&reference, 2000, model->memory + 1024);
    sha256_digest(&reference, sizeof expected, expected);
    sha256_hardware_finish(&shared, shared_digest);
    CHECK(memcmp(shared_digest, expected, sizeof expected) == 0);

    // A hash unit that does not answer: zeros, never a wrong digest that looks right, and the reason.
    static const uint8_t zeros[TERNEL_SHA256_BYTES];
    struct sha256_hardware sha = {.accelerator = &accelerator, .write_back = write_back};
    uint8_t digest[TERNEL_SHA256_BYTES];
    model->hangs = true;
    sha256_hardware_start(&sha);
    sha256_hardware_update(&sha, bytes, LONG);
    sha256_hardware_finish(&sha, digest);
    CHECK_EQUAL(sha.error, TERNEL_ERROR_ACCELERATOR_TIMEOUT);
    CHECK(memcmp(digest, zeros, sizeof digest) == 0);
}

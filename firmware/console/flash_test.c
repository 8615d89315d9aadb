#include "check.h"
#include "crc32.h"
#include "script_platform.h"
#include "session.h"

#include <nettle/sha2.h>

void flash_test(void);

/// A flash of two sectors behind the console: what arrives, and an error to answer with.
static struct {
    uint8_t bytes[2 * CONSOLE_FLASH_SECTOR_BYTES];
    uint32_t writes;
    uint32_t erased_offset;
    uint32_t erased_bytes;
    enum ternel_error error;
} memory;

static enum ternel_error identify(void *context, uint32_t *id) {
    (void)context;
    *id = 0xef7018;
    return memory.error;
}

static enum ternel_error erase(void *context, uint32_t offset, uint32_t bytes) {
    (void)context;
    memory.erased_offset = offset;
    memory.erased_bytes = bytes;
    return memory.error;
}

static enum ternel_error write(void *context, uint32_t offset, const uint8_t *sector) {
    (void)context;
    CHECK(offset < sizeof memory.bytes);
    memory.writes++;
    memcpy(memory.bytes + offset, sector, CONSOLE_FLASH_SECTOR_BYTES);
    return memory.error;
}

static struct sha256_ctx sha;

static void sha_start(void *context) {
    sha256_init(context);
}

static void sha_update(void *context, const uint8_t *bytes, size_t size) {
    sha256_update(context, size, bytes);
}

static void sha_finish(void *context, uint8_t digest[TERNEL_SHA256_BYTES]) {
    sha256_digest(context, TERNEL_SHA256_BYTES, digest);
}

static struct script script;
static struct console console;

/// The answer to one line: its code or, for programs, what was printed.
static enum ternel_error run(const char *line) {
    script_start(&script, "", 0);
    return console_flash(&console, line);
}

static void encode(char *out, const uint8_t *bytes, size_t size) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < size; at += 3) {
        const uint32_t bits = (uint32_t)bytes[at] << 16 | (uint32_t)(at + 1 < size ? bytes[at + 1] : 0) << 8 |
                              (at + 2 < size ? bytes[at + 2] : 0);
        for (int index = 0; index < 4; index++) {
            const bool padding = at + (size_t)index > size;
            *out++ = padding ? '=' : letters[bits >> (18 - 6 * index) & 63];
        }
    }
    *out = 0;
}

static enum ternel_error fill(uint32_t at, const uint8_t *bytes, size_t size, uint32_t damage) {
    static char line[CONSOLE_LINE_BYTES];
    const int length = snprintf(line, sizeof line, "fill %u %u ", at, crc32(bytes, size) ^ damage);
    encode(line + length, bytes, size);
    return run(line);
}

static enum ternel_error write_sector(uint32_t offset, const uint8_t *sector) {
    char line[128];
    uint8_t digest[TERNEL_SHA256_BYTES];
    sha256_init(&sha);
    sha256_update(&sha, CONSOLE_FLASH_SECTOR_BYTES, sector);
    sha256_digest(&sha, sizeof digest, digest);
    const int length = snprintf(line, sizeof line, "write %u ", offset);
    encode(line + length, digest, sizeof digest);
    return run(line);
}

static void test_upload(void) {
    static uint8_t sector[CONSOLE_FLASH_SECTOR_BYTES];
    for (uint32_t at = 0; at < sizeof sector; at++) {
        sector[at] = (uint8_t)(at * 7 + at / 256);
    }
    CHECK_EQUAL(fill(0, sector, 2048, 0), TERNEL_OK);
    CHECK_TEXT(script.output, "\x1e{\"event\":\"ok\",\"command\":\"/flash\",\"what\":\"fill\",\"at\":0}\n");
    // The second half is missing: not written.
    CHECK_EQUAL(write_sector(4096, sector), TERNEL_ERROR_UPLOAD_CHECKSUM);
    CHECK_EQUAL(fill(2048, sector + 2048, 2048, 1), TERNEL_ERROR_UPLOAD_CHECKSUM);
    CHECK_EQUAL(memory.writes, 0);
    CHECK_EQUAL(fill(2048, sector + 2048, 2047, 0), TERNEL_OK);
    CHECK_EQUAL(fill(4095, sector + 4095, 1, 0), TERNEL_OK);
    CHECK_EQUAL(write_sector(4096, sector), TERNEL_OK);
    CHECK_EQUAL(memory.writes, 1);
    CHECK(memcmp(memory.bytes + 4096, sector, sizeof sector) == 0);
    // A piece that reaches over the sector's end.
    CHECK_EQUAL(fill(4095, sector, 2, 0), TERNEL_ERROR_UPLOAD_CHECKSUM);
    memory.error = TERNEL_ERROR_FLASH_CONTENT;
    CHECK_EQUAL(write_sector(0, console.sector), TERNEL_ERROR_FLASH_CONTENT);
    memory.error = TERNEL_OK;
}

static void test_answers(void) {
    CHECK_EQUAL(run(""), TERNEL_OK);
    CHECK_TEXT(script.output,
               "\x1e{\"event\":\"flash\",\"id\":\"ef7018\",\"slot\":\"slotA\",\"sequence\":7,\"regions\":{"
               "\"model\":{\"offset\":4096,\"bytes\":4096,\"writable\":true},"
               "\"stage0\":{\"offset\":0,\"bytes\":4096,\"writable\":false}}}\n");
    memset(memory.bytes, 0, sizeof memory.bytes);
    CHECK_EQUAL(run("hash 4093 3"), TERNEL_OK);
    // sha256sum of three zeros.
    CHECK_TEXT(script.output, "\x1e{\"event\":\"hash\",\"at\":4093,\"sha256\":"
                              "\"709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c\"}\n");
    CHECK_EQUAL(run("erase 4096 4096"), TERNEL_OK);
    CHECK(memory.erased_offset == 4096 && memory.erased_bytes == 4096);
    console.settings.machine = false;
    CHECK_EQUAL(run(""), TERNEL_OK);
    CHECK_TEXT(script.output,
               "flash ef7018\nmodel at 4096, 4096 bytes, for uploads\nstage0 at 0, 4096 bytes\n");
    console.settings.machine = true;
}

static void test_refusals(void) {
    static const struct {
        const char *line;
        enum ternel_error error;
    } cases[] = {
        {"nonsense", TERNEL_ERROR_CONSOLE_VALUE},
        {"hash", TERNEL_ERROR_CONSOLE_VALUE},
        {"hash 0", TERNEL_ERROR_CONSOLE_VALUE},
        {"hash 0 65537", TERNEL_ERROR_CONSOLE_VALUE},
        {"hash 0 1 2", TERNEL_ERROR_CONSOLE_VALUE},
        {"hash 0 0", TERNEL_ERROR_FLASH_RANGE},
        {"hash 8192 1", TERNEL_ERROR_FLASH_RANGE},
        {"hash 8191 2", TERNEL_ERROR_FLASH_RANGE},
        {"hash 4294967295 65536", TERNEL_ERROR_FLASH_RANGE},
        {"fill", TERNEL_ERROR_CONSOLE_VALUE},
        {"fill 4096 0 AAAA", TERNEL_ERROR_CONSOLE_VALUE},
        {"fill 0 4294967296 AAAA", TERNEL_ERROR_CONSOLE_VALUE},
        {"fill 0 0", TERNEL_ERROR_UPLOAD_CHECKSUM},
        {"fill 0 0 AAA", TERNEL_ERROR_UPLOAD_CHECKSUM},
        {"fill 0 4282505490 AAAA x", TERNEL_ERROR_UPLOAD_CHECKSUM},
        {"write", TERNEL_ERROR_CONSOLE_VALUE},
        {"write 0", TERNEL_ERROR_CONSOLE_VALUE},
        {"write 0 AAAA", TERNEL_ERROR_CONSOLE_VALUE},
        {"erase 0", TERNEL_ERROR_CONSOLE_VALUE},
        {"erase 0 65537", TERNEL_ERROR_CONSOLE_VALUE},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        CHECK_EQUAL(run(cases[index].line), cases[index].error);
        CHECK_TEXT(script.output, "");
    }
    CHECK_EQUAL(run("fill 0 4282505490 AAAA"), TERNEL_OK); // zlib's crc32 of three zeros
    memory.error = TERNEL_ERROR_FLASH_MISSING;
    CHECK_EQUAL(run(""), TERNEL_ERROR_FLASH_MISSING);
    memory.error = TERNEL_ERROR_FLASH_RANGE;
    CHECK_EQUAL(run("erase 0 4096"), TERNEL_ERROR_FLASH_RANGE);
    CHECK_TEXT(script.output, "");
    memory.error = TERNEL_OK;
}

void flash_test(void) {
    static const struct console_flash_region regions[] = {{"model", 4096, 4096, true},
                                                          {"stage0", 0, 4096, false}};
    const struct console_flash flash = {
        .mapped = (uintptr_t)memory.bytes,
        .bytes = sizeof memory.bytes,
        .regions = regions,
        .region_count = 2,
        .slot = "slotA",
        .sequence = 7,
        .identify = identify,
        .erase = erase,
        .write = write,
    };
    struct ternel_platform platform = script_platform(&script);
    platform.sha256 = (struct ternel_sha256){
        .context = &sha, .start = sha_start, .update = sha_update, .finish = sha_finish};
    const struct console_machine machine = {.flash = &flash};
    const struct console_setup setup = {.platform = &platform, .machine = &machine};
    console.setup = &setup;
    console.platform = &platform;
    console.settings.machine = true;
    test_upload();
    test_answers();
    test_refusals();
    // A platform without a flash.
    const struct console_setup without = {.platform = &platform};
    console.setup = &without;
    CHECK_EQUAL(run(""), TERNEL_ERROR_CONSOLE_UNSUPPORTED);
}

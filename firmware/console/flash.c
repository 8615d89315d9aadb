// /flash: how `ternel upload` changes the flash over the serial line (README.md, The upload). A sector is
// collected here in pieces, each with its CRC-32, and written when its SHA-256 is right.
#include <string.h>

#include "arguments.h"
#include "base64.h"
#include "crc32.h"
#include "output.h"
#include "session.h"

/// {"event":"ok","command":"/flash","what":"write","at":4096}, or nothing for people. What and where, so that
/// who sent a command again can tell the answers apart.
static void acknowledge(const struct console *console, const char *what, uint64_t at) {
    if (console->settings.machine) {
        struct json json = json_event(console->platform, "ok");
        json_text(&json, "command", "/flash");
        json_text(&json, "what", what);
        json_number(&json, "at", at);
        json_end(&json);
    }
}

static bool range(const char **at, uint64_t most, uint32_t *offset, uint32_t *bytes) {
    uint64_t first;
    uint64_t count;
    if (!argument_number(at, UINT32_MAX, &first) || !argument_number(at, most, &count)) {
        return false;
    }
    *offset = (uint32_t)first;
    *bytes = (uint32_t)count;
    return true;
}

/// The regions by name, and the chip's identification.
static enum ternel_error describe(const struct console *console, const struct console_flash *flash) {
    const struct ternel_platform *platform = console->platform;
    uint32_t id;
    TERNEL_TRY(flash->identify(flash->context, &id));
    const uint8_t jedec[] = {(uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id};
    if (!console->settings.machine) {
        output_text(platform, "flash ");
        output_hexadecimal(platform, jedec, sizeof jedec);
        output_text(platform, "\n");
        for (uint32_t index = 0; index < flash->region_count; index++) {
            const struct console_flash_region *region = &flash->regions[index];
            output_text(platform, region->name);
            output_text(platform, " at ");
            output_decimal(platform, region->offset);
            output_text(platform, ", ");
            output_decimal(platform, region->bytes);
            output_text(platform, region->writable ? " bytes, for uploads\n" : " bytes\n");
        }
        return TERNEL_OK;
    }
    struct json json = json_event(platform, "flash");
    json_hexadecimal(&json, "id", jedec, sizeof jedec);
    json_text(&json, "slot", flash->slot);
    json_number(&json, "sequence", flash->sequence);
    json_open(&json, "regions", '{');
    for (uint32_t index = 0; index < flash->region_count; index++) {
        const struct console_flash_region *region = &flash->regions[index];
        json_open(&json, region->name, '{');
        json_number(&json, "offset", region->offset);
        json_number(&json, "bytes", region->bytes);
        json_boolean(&json, "writable", region->writable);
        json_close(&json, '}');
    }
    json_close(&json, '}');
    json_end(&json);
    return TERNEL_OK;
}

static void digest_of(const struct ternel_sha256 *sha256, const uint8_t *bytes, size_t size,
                      uint8_t digest[TERNEL_SHA256_BYTES]) {
    sha256->start(sha256->context);
    sha256->update(sha256->context, bytes, size);
    sha256->finish(sha256->context, digest);
}

static enum ternel_error hash(const struct console *console, const struct console_flash *flash,
                              const char *at) {
    uint32_t offset;
    uint32_t bytes;
    uint8_t digest[TERNEL_SHA256_BYTES];
    if (!range(&at, CONSOLE_FLASH_BLOCK_BYTES, &offset, &bytes) || !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    if (bytes == 0 || offset >= flash->bytes || bytes > flash->bytes - offset) {
        return TERNEL_ERROR_FLASH_RANGE;
    }
    digest_of(&console->platform->sha256, (const uint8_t *)(flash->mapped + offset), bytes, digest);
    if (!console->settings.machine) {
        output_hexadecimal(console->platform, digest, sizeof digest);
        output_text(console->platform, "\n");
        return TERNEL_OK;
    }
    struct json json = json_event(console->platform, "hash");
    json_number(&json, "at", offset);
    json_hexadecimal(&json, "sha256", digest, sizeof digest);
    json_end(&json);
    return TERNEL_OK;
}

/// A piece of the sector: where in it, its CRC-32, its bytes.
static enum ternel_error fill(struct console *console, const char *at) {
    uint64_t first;
    uint64_t sum;
    size_t size;
    if (!argument_number(&at, CONSOLE_FLASH_SECTOR_BYTES - 1, &first) ||
        !argument_number(&at, UINT32_MAX, &sum)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    uint8_t *piece = console->sector + first;
    if (!base64_decode(&at, piece, CONSOLE_FLASH_SECTOR_BYTES - (size_t)first, &size) || !argument_end(at) ||
        crc32(piece, size) != sum) {
        return TERNEL_ERROR_UPLOAD_CHECKSUM;
    }
    acknowledge(console, "fill", first);
    return TERNEL_OK;
}

static enum ternel_error erase(const struct console *console, const struct console_flash *flash,
                               const char *at) {
    uint32_t offset;
    uint32_t bytes;
    if (!range(&at, CONSOLE_FLASH_BLOCK_BYTES, &offset, &bytes) || !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    TERNEL_TRY(flash->erase(flash->context, offset, bytes));
    acknowledge(console, "erase", offset);
    return TERNEL_OK;
}

/// Writes the collected sector if its SHA-256 is the one that was sent.
static enum ternel_error write(const struct console *console, const struct console_flash *flash,
                               const char *at) {
    uint64_t offset;
    uint8_t expected[TERNEL_SHA256_BYTES];
    uint8_t digest[TERNEL_SHA256_BYTES];
    size_t size;
    if (!argument_number(&at, UINT32_MAX, &offset) || !base64_decode(&at, expected, sizeof expected, &size) ||
        size != sizeof expected || !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    digest_of(&console->platform->sha256, console->sector, sizeof console->sector, digest);
    if (memcmp(digest, expected, sizeof digest) != 0) {
        return TERNEL_ERROR_UPLOAD_CHECKSUM;
    }
    TERNEL_TRY(flash->write(flash->context, (uint32_t)offset, console->sector));
    acknowledge(console, "write", offset);
    return TERNEL_OK;
}

enum ternel_error console_flash(struct console *console, const char *arguments) {
    const struct console_machine *machine = console->setup->machine;
    const struct console_flash *flash = machine == NULL ? NULL : machine->flash;
    if (flash == NULL) {
        return TERNEL_ERROR_CONSOLE_UNSUPPORTED;
    }
    if (argument_end(arguments)) {
        return describe(console, flash);
    }
    if (argument_word(&arguments, "hash")) {
        return hash(console, flash, arguments);
    }
    if (argument_word(&arguments, "fill")) {
        return fill(console, arguments);
    }
    if (argument_word(&arguments, "erase")) {
        return erase(console, flash, arguments);
    }
    if (argument_word(&arguments, "write")) {
        return write(console, flash, arguments);
    }
    return TERNEL_ERROR_CONSOLE_VALUE;
}

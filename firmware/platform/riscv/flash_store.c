#include "flash_store.h"

#include <string.h>

#include "cache.h"
#include "flash_memory.h"
#include "ternel_configuration.h"
#include "ternel_flash_map.h"
#include "watchdog.h"

_Static_assert((int)CONSOLE_FLASH_SECTOR_BYTES == (int)FLASH_MEMORY_SECTOR_BYTES, "one write is one sector");
_Static_assert((int)CONSOLE_FLASH_BLOCK_BYTES == (int)FLASH_MEMORY_BLOCK_BYTES, "one erase is one block");

#define REGION(text, NAME)                                                                                   \
    { .name = text, .offset = TERNEL_FLASH_##NAME##_OFFSET, .bytes = TERNEL_FLASH_##NAME##_BYTES }

enum { BITSTREAM, STAGE0, SLOT_A, SLOT_B, SESSIONS, MODEL, REGIONS };

static struct console_flash_region regions[REGIONS] = {
    [BITSTREAM] = REGION("bitstream", BITSTREAM), [STAGE0] = REGION("stage0", STAGE0),
    [SLOT_A] = REGION("slotA", SLOT_A),           [SLOT_B] = REGION("slotB", SLOT_B),
    [SESSIONS] = REGION("sessions", SESSIONS),    [MODEL] = REGION("model", MODEL),
};

static struct console_flash flash;

/// What the driver may touch for these bytes: the writable region that holds all of them, or nothing.
static struct flash_memory writable(uint32_t offset, uint32_t bytes) {
    for (uint32_t index = 0; index < REGIONS; index++) {
        const struct console_flash_region *region = &regions[index];
        if (region->writable && offset >= region->offset && offset - region->offset < region->bytes &&
            bytes <= region->bytes - (offset - region->offset)) {
            return (struct flash_memory){.first = region->offset,
                                         .end = region->offset + region->bytes,
                                         .while_waiting = watchdog_feed};
        }
    }
    return (struct flash_memory){.first = 0};
}

static enum ternel_error identify(void *context, uint32_t *id) {
    (void)context;
    return flash_memory_identify(id);
}

static enum ternel_error erase(void *context, uint32_t offset, uint32_t bytes) {
    (void)context;
    const struct flash_memory memory = writable(offset, bytes);
    const enum ternel_error error = flash_memory_erase(&memory, offset, bytes);
    cache_forget_data();
    return error;
}

/// Whether the sector can become these bytes without being erased: bits only go from 1 to 0.
static bool programmable(const uint8_t *mapped, const uint8_t *sector) {
    for (uint32_t at = 0; at < FLASH_MEMORY_SECTOR_BYTES; at++) {
        if ((mapped[at] & sector[at]) != sector[at]) {
            return false;
        }
    }
    return true;
}

static enum ternel_error write(void *context, uint32_t offset, const uint8_t *sector) {
    (void)context;
    const struct flash_memory memory = writable(offset, FLASH_MEMORY_SECTOR_BYTES);
    const uint8_t *mapped = (const uint8_t *)((uintptr_t)TERNEL_FLASH_ORIGIN + offset);
    if (memory.end == 0 || offset % FLASH_MEMORY_SECTOR_BYTES != 0) {
        return TERNEL_ERROR_FLASH_RANGE;
    }
    if (!programmable(mapped, sector)) {
        TERNEL_TRY(flash_memory_erase(&memory, offset, FLASH_MEMORY_SECTOR_BYTES));
    }
    TERNEL_TRY(flash_memory_program(&memory, offset, sector, FLASH_MEMORY_SECTOR_BYTES));
    cache_forget_data();
    return memcmp(mapped, sector, FLASH_MEMORY_SECTOR_BYTES) == 0 ? TERNEL_OK : TERNEL_ERROR_FLASH_CONTENT;
}

const struct console_flash *flash_store_open(uint32_t slot, uint32_t sequence) {
    regions[slot == 0 ? SLOT_B : SLOT_A].writable = true;
    regions[MODEL].writable = true;
    flash = (struct console_flash){
        .mapped = TERNEL_FLASH_ORIGIN,
        .bytes = TERNEL_FLASH_BYTES,
        .regions = regions,
        .region_count = REGIONS,
        .slot = regions[slot == 0 ? SLOT_A : SLOT_B].name,
        .sequence = sequence,
        .identify = identify,
        .erase = erase,
        .write = write,
    };
    return &flash;
}

#include "memory.h"

#include "system.h"

enum {
    LARGE_PAGE = 2 << 20,
    MAP_BYTES = 64 << 10,
    /// What stays for the firmware's own drivers: a sixteenth, and at least this.
    LEFT_LEAST = 32 << 20,
    LEFT_SHARE = 16,
    USELESS = 4 << 20,
};

static uint8_t *arena;
static size_t arena_bytes;
static size_t taken;

/// The largest free run in bytes.
static uint64_t largest_run(void) {
    static _Alignas(struct uefi_memory) uint8_t map[MAP_BYTES];
    size_t size = sizeof map;
    size_t key;
    size_t entry_bytes = 0;
    uint32_t version;
    uint64_t most = 0;
    if (uefi_failed(uefi->boot->get_memory_map(&size, map, &key, &entry_bytes, &version)) ||
        entry_bytes < sizeof(struct uefi_memory)) {
        return 0;
    }
    for (size_t at = 0; at + entry_bytes <= size; at += entry_bytes) {
        const struct uefi_memory *run = (const struct uefi_memory *)(map + at);
        if (run->type == UEFI_MEMORY_FREE && run->pages * UEFI_PAGE > most) {
            most = run->pages * UEFI_PAGE;
        }
    }
    return most;
}

bool memory_open(void) {
    const uint64_t run = largest_run();
    const uint64_t left = run / LEFT_SHARE > LEFT_LEAST ? run / LEFT_SHARE : LEFT_LEAST;
    uint64_t wanted = run > left ? run - left : 0;
    uint64_t address;
    for (; wanted > USELESS; wanted -= wanted / 8) {
        const size_t pages = wanted / UEFI_PAGE;
        if (!uefi_failed(
                uefi->boot->allocate_pages(UEFI_ALLOCATE_ANY, UEFI_MEMORY_LOADER_DATA, pages, &address))) {
            arena = (uint8_t *)(uintptr_t)address;
            arena_bytes = pages * UEFI_PAGE;
            memory_reset();
            return true;
        }
    }
    return false;
}

size_t memory_total(void) {
    return arena_bytes;
}

void memory_reset(void) {
    taken = -(uintptr_t)arena % LARGE_PAGE;
}

void *memory_take(size_t bytes) {
    if (bytes > arena_bytes || taken > arena_bytes - bytes) {
        return NULL;
    }
    uint8_t *place = arena + taken;
    taken += (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    return place;
}

size_t memory_left(void) {
    return taken < arena_bytes ? arena_bytes - taken : 0;
}

void memory_give_back(void *memory) {
    taken = (size_t)((uint8_t *)memory - arena);
}

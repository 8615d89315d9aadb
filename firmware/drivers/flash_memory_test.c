#include "flash_memory.h"

#include "check.h"
#include "flash_model.h"

void flash_memory_test(void);

enum { FIRST = 0x10000, END = 0x30000 };

static uint32_t waits;

static void count_wait(void) {
    waits++;
}

static const struct flash_memory flash = {.first = FIRST, .end = END, .while_waiting = count_wait};

static void pattern(uint8_t *bytes, uint32_t size, uint32_t seed) {
    for (uint32_t at = 0; at < size; at++) {
        seed = seed * 1664525 + 1013904223;
        bytes[at] = (uint8_t)(seed >> 24);
    }
}

static void test_identify(void) {
    uint32_t id = 0;
    struct flash_model *model = flash_model_start();
    CHECK_EQUAL(flash_memory_identify(&id), TERNEL_OK);
    CHECK_EQUAL(id, 0xef7018);
    model->absent = true;
    CHECK_EQUAL(flash_memory_identify(&id), TERNEL_ERROR_FLASH_MISSING);
    model = flash_model_start();
    model->dead = true;
    CHECK_EQUAL(flash_memory_identify(&id), TERNEL_ERROR_FLASH_MISSING);
    CHECK(!model->selected);
}

static void test_write(void) {
    static uint8_t bytes[FLASH_MEMORY_SECTOR_BYTES];
    static uint8_t before[FLASH_MODEL_BYTES];
    struct flash_model *model = flash_model_start();
    pattern(model->cells, sizeof model->cells, 1);
    memcpy(before, model->cells, sizeof before);
    pattern(bytes, sizeof bytes, 2);
    memset(bytes + 512, 0xff, 256); // a page that needs no programming
    waits = 0;
    CHECK_EQUAL(flash_memory_erase(&flash, 0x11000, FLASH_MEMORY_SECTOR_BYTES), TERNEL_OK);
    CHECK_EQUAL(flash_memory_program(&flash, 0x11000, bytes, sizeof bytes), TERNEL_OK);
    CHECK_EQUAL(model->sector_erases, 1);
    CHECK_EQUAL(model->programs, 15);
    CHECK(waits > 0);
    // These bytes, and none around them.
    memcpy(before + 0x11000, bytes, sizeof bytes);
    CHECK(memcmp(model->cells, before, sizeof before) == 0);

    CHECK_EQUAL(flash_memory_erase(&flash, 0x20000, FLASH_MEMORY_BLOCK_BYTES), TERNEL_OK);
    CHECK_EQUAL(model->block_erases, 1);
    memset(before + 0x20000, 0xff, FLASH_MEMORY_BLOCK_BYTES);
    CHECK(memcmp(model->cells, before, sizeof before) == 0);
}

/// Nothing outside the range, nothing crooked; the flash is not even asked.
static void test_refusals(void) {
    static const uint8_t page[512];
    static const struct {
        uint32_t offset, bytes;
    } erases[] = {
        {FIRST - 4096, 4096},
        {END, 4096},
        {0, 4096},
        {FIRST, 0},
        {FIRST, 8192},
        {FIRST + 256, 4096},
        {UINT32_MAX - 4095, 4096},
        {END, 65536},
        {FIRST + 4096, 65536},
        {0, 65536},
    };
    static const struct {
        uint32_t offset, bytes;
    } programs[] = {
        {FIRST - 256, 256}, {FIRST - 256, 512}, {END - 256, 512}, {END, 256},
        {FIRST, 0},         {FIRST + 1, 256},   {FIRST, 255},     {UINT32_MAX - 255, 256},
    };
    struct flash_model *model = flash_model_start();
    for (size_t index = 0; index < sizeof erases / sizeof erases[0]; index++) {
        CHECK_EQUAL(flash_memory_erase(&flash, erases[index].offset, erases[index].bytes),
                    TERNEL_ERROR_FLASH_RANGE);
    }
    for (size_t index = 0; index < sizeof programs / sizeof programs[0]; index++) {
        CHECK_EQUAL(flash_memory_program(&flash, programs[index].offset, page, programs[index].bytes),
                    TERNEL_ERROR_FLASH_RANGE);
    }
    const struct flash_memory nothing = {.first = 0};
    CHECK_EQUAL(flash_memory_erase(&nothing, 0, 4096), TERNEL_ERROR_FLASH_RANGE);
    // Beyond what three bytes of address reach.
    const struct flash_memory large = {.first = 0, .end = FLASH_MEMORY_BYTES_MAX + 65536};
    CHECK_EQUAL(flash_memory_erase(&large, FLASH_MEMORY_BYTES_MAX, 4096), TERNEL_ERROR_FLASH_RANGE);
    CHECK_EQUAL(model->sector_erases + model->block_erases + model->programs, 0);
}

static void test_faults(void) {
    static const uint8_t page[256];
    struct flash_model *model = flash_model_start();
    model->no_write_enable = true;
    CHECK_EQUAL(flash_memory_erase(&flash, FIRST, 4096), TERNEL_ERROR_FLASH_REFUSED);
    CHECK_EQUAL(flash_memory_program(&flash, FIRST, page, sizeof page), TERNEL_ERROR_FLASH_REFUSED);
    model = flash_model_start();
    model->busy_polls = UINT32_MAX;
    CHECK_EQUAL(flash_memory_erase(&flash, FIRST, 4096), TERNEL_ERROR_FLASH_TIMEOUT);
    CHECK(!model->selected);
    // Still busy: the next command is not sent into it.
    CHECK_EQUAL(flash_memory_program(&flash, FIRST, page, sizeof page), TERNEL_ERROR_FLASH_REFUSED);
    model = flash_model_start();
    model->dead = true;
    CHECK_EQUAL(flash_memory_erase(&flash, FIRST, 4096), TERNEL_ERROR_FLASH_MISSING);
}

void flash_memory_test(void) {
    test_identify();
    test_write();
    test_refusals();
    test_faults();
}

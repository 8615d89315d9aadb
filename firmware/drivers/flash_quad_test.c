#include "flash_quad.h"

#include "check.h"
#include "flash_model.h"

void flash_quad_test(void);

/// A part of this JEDEC id, with these registers.
static struct flash_model *part(uint32_t id, uint8_t first, uint8_t second) {
    struct flash_model *model = flash_model_start();
    for (uint32_t at = 0; at < 3; at++) {
        model->id[at] = (uint8_t)(id >> (16 - 8 * at));
    }
    model->registers[0] = first;
    model->registers[1] = second;
    return model;
}

/// Every manufacturer's bit is set once, the other bits stay, and a second boot writes nothing.
static void test_parts(void) {
    static const struct {
        uint32_t id;
        uint8_t before[2];
        uint8_t after[2];
        uint32_t writes;
    } cases[] = {
        {0xef7018, {0x1c, 0x40}, {0x1c, 0x42}, 1}, // Winbond
        {0x9d6018, {0x3c, 0x00}, {0x7c, 0x00}, 1}, // ISSI
        {0xc22018, {0x04, 0x00}, {0x44, 0x00}, 1}, // Macronix
        {0x012018, {0x1c, 0x20}, {0x1c, 0x22}, 1}, // Spansion
        {0x010219, {0x00, 0x00}, {0x00, 0x02}, 1}, // Spansion, the larger one
        {0xc84018, {0x00, 0x00}, {0x00, 0x02}, 1}, // GigaDevice
        {0x20ba18, {0x00, 0x00}, {0x00, 0x00}, 0}, // Micron has no such bit
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        struct flash_model *model = part(cases[index].id, cases[index].before[0], cases[index].before[1]);
        for (uint32_t boot = 0; boot < 2; boot++) {
            uint32_t id = 0;
            model->quad = false;
            CHECK_EQUAL(flash_quad_enable(&id), TERNEL_OK);
            CHECK_EQUAL(id, cases[index].id);
            CHECK(model->quad);
            CHECK_EQUAL(model->registers[0], cases[index].after[0]);
            CHECK_EQUAL(model->registers[1], cases[index].after[1]);
            CHECK_EQUAL(model->register_writes, cases[index].writes);
        }
    }
}

/// After any error the SoC goes on reading over one line.
static void test_errors(void) {
    uint32_t id = 0;
    struct flash_model *model = part(0x1f8901, 0, 0); // a maker that nobody asked for
    CHECK_EQUAL(flash_quad_enable(&id), TERNEL_ERROR_FLASH_PART);
    CHECK_EQUAL(id, 0x1f8901);
    CHECK(!model->quad && model->register_writes == 0);

    model = flash_model_start();
    model->status_locked = true;
    CHECK_EQUAL(flash_quad_enable(&id), TERNEL_ERROR_FLASH_QUAD);
    CHECK(!model->quad);

    model = flash_model_start();
    model->absent = true;
    CHECK_EQUAL(flash_quad_enable(&id), TERNEL_ERROR_FLASH_MISSING);
    CHECK(!model->quad);

    model = flash_model_start();
    model->no_write_enable = true;
    CHECK_EQUAL(flash_quad_enable(&id), TERNEL_ERROR_FLASH_REFUSED);
    CHECK(!model->quad);

    model = flash_model_start();
    model->busy_polls = UINT32_MAX;
    CHECK_EQUAL(flash_quad_enable(&id), TERNEL_ERROR_FLASH_TIMEOUT);
    CHECK(!model->quad && !model->selected);
}

void flash_quad_test(void) {
    test_parts();
    test_errors();
}

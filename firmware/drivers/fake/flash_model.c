#include "flash_model.h"

#include <string.h>

#include <generated/csr.h>

#include "check.h"

enum { LEN_MASK = 0xff, WIDTH_SHIFT = 8, MASK_SHIFT = 16, BUSY = 1, ENABLED = 2 };

static struct flash_model model;

struct flash_model *flash_model_start(void) {
    memset(&model, 0, sizeof model);
    memset(model.cells, 0xff, sizeof model.cells);
    memcpy(model.id, (const uint8_t[]){0xef, 0x70, 0x18}, sizeof model.id);
    model.busy_polls = 3;
    return &model;
}

static uint8_t status(void) {
    const uint8_t value =
        (uint8_t)(model.registers[0] | (model.busy != 0 ? BUSY : 0) | (model.enabled ? ENABLED : 0));
    if (model.busy != 0 && model.busy != UINT32_MAX && --model.busy == 0) {
        model.enabled = false;
    }
    return value;
}

/// The byte that the flash drives while the one at `index` of the command arrives.
static uint8_t driven(size_t index) {
    if (model.absent || index == 0) {
        return 0xff;
    }
    switch (model.received[0]) {
    case 0x05:
        return status();
    case 0x9f:
        return model.busy != 0 ? 0xff : model.id[(index - 1) % 3];
    case 0x35:
        return model.registers[1];
    default:
        return 0xff;
    }
}

static uint32_t address(void) {
    const uint32_t value =
        (uint32_t)model.received[1] << 16 | (uint32_t)model.received[2] << 8 | model.received[3];
    CHECK(value < FLASH_MODEL_BYTES);
    return value;
}

static void erase(uint32_t bytes) {
    CHECK(model.count == 4);
    model.busy = model.busy_polls;
    if (!model.write_protected) {
        memset(model.cells + address() / bytes * bytes, 0xff, bytes);
    }
}

/// 01h writes the first register, with two bytes both; 31h the second alone.
static void write_registers(void) {
    const size_t values = model.count - 1;
    CHECK(model.enabled);
    CHECK(model.received[0] == 0x01 ? values == 1 || values == 2 : values == 1);
    model.register_writes++;
    model.busy = model.busy_polls;
    if (!model.status_locked) {
        const size_t first = model.received[0] == 0x01 ? 0 : 1;
        for (size_t at = 0; at < values; at++) {
            model.registers[first + at] = model.received[1 + at];
        }
        model.registers[0] &= (uint8_t) ~(BUSY | ENABLED);
    }
}

/// An operation begins when the chip is deselected.
static void deselect(void) {
    if (model.count == 0 || model.absent || model.busy != 0) {
        return;
    }
    const uint8_t command = model.received[0];
    if (command == 0x06) {
        CHECK(model.count == 1);
        model.enabled = !model.no_write_enable;
    } else if (command == 0x02 || command == 0x20 || command == 0xd8) {
        CHECK(model.enabled); // a real one ignores the command: the driver has to know before it sends it
        if (command == 0x02) {
            CHECK(model.count > 4);
            model.programs++;
            model.busy = model.busy_polls;
            for (size_t at = 4; at < model.count && !model.write_protected; at++) {
                // Behind the page's end the address wraps.
                model.cells[address() / 256 * 256 + (address() + at - 4) % 256] &= model.received[at];
            }
        } else {
            erase(command == 0x20 ? 4096 : 65536);
            model.sector_erases += command == 0x20;
            model.block_erases += command == 0xd8;
        }
    } else if (command == 0x01 || command == 0x31) {
        write_registers();
    } else {
        CHECK(command == 0x05 || command == 0x35 || command == 0x9f);
    }
}

void spiflash_core_master_cs_write(uint32_t value) {
    if (value == 0 && model.selected) {
        deselect();
    }
    model.selected = value != 0;
    model.count = 0;
}

void spiflash_core_master_phyconfig_write(uint32_t value) {
    model.bits = value & LEN_MASK;
    CHECK((value >> WIDTH_SHIFT & 0xf) == 1 && value >> MASK_SHIFT == 1);
    CHECK(model.bits % 8 == 0 && model.bits >= 8 && model.bits <= 32);
}

void spiflash_core_master_rxtx_write(uint32_t value) {
    CHECK(model.selected && !model.answered);
    model.answer = 0;
    for (uint32_t left = model.bits; left != 0; left -= 8) {
        CHECK(model.count < sizeof model.received);
        model.answer = model.answer << 8 | driven(model.count);
        model.received[model.count++] = (uint8_t)(value >> (left - 8));
    }
    model.answered = true;
}

uint32_t spiflash_core_master_rxtx_read(void) {
    CHECK(model.answered);
    model.answered = false;
    return model.answer;
}

uint32_t spiflash_core_master_status_read(void) {
    return model.dead ? 1 : 1 | (model.answered ? 2 : 0);
}

void spiflash_core_quad_write(uint32_t value) {
    CHECK(!model.selected);
    model.quad = value != 0;
}

#include "flash_quad.h"

#include <stdbool.h>
#include <stddef.h>

#include <generated/csr.h>

#include "flash_memory.h"

enum {
    READ_STATUS_1 = 0x05,
    READ_STATUS_2 = 0x35, ///< at Spansion: the configuration register
    WRITE_STATUS_1 = 0x01,
    WRITE_STATUS_2 = 0x31,
    /// Busy and write enable: not stored, and zero in what is written.
    STATUS_1_TRANSIENT = 0x03,
};

/// Where a manufacturer's parts keep the quad enable bit. All of these answer quad reads (6Bh) with eight
/// clocks between address and data when they come from the factory.
struct quad_enable {
    uint8_t manufacturer; ///< the first byte of the JEDEC id
    uint8_t read;         ///< command that reads the register with the bit; 0: there is no such bit
    uint8_t bit;          ///< mask in that register
    uint8_t write;        ///< command that writes the register
    bool behind_status_1; ///< the command writes status register 1 first, then this one
};

static const struct quad_enable parts[] = {
    // Winbond W25Q128JV, revision F: 7.1.8 (QE is S9), 8.2.5 (31h writes status register 2 alone).
    {0xef, READ_STATUS_2, 1 << 1, WRITE_STATUS_2, false},
    // ISSI IS25LP128, IS25LP256: table 6.2 (QE is bit 6 of the only status register).
    {0x9d, READ_STATUS_1, 1 << 6, WRITE_STATUS_1, false},
    // Macronix MX25L12835F: 7, status register (QE is bit 6).
    {0xc2, READ_STATUS_1, 1 << 6, WRITE_STATUS_1, false},
    // Spansion S25FL128S, S25FL256S: 7.5.2 (QUAD is CR1[1]), 10.3.5 (01h writes SR1, then CR1).
    {0x01, READ_STATUS_2, 1 << 1, WRITE_STATUS_1, true},
    // GigaDevice GD25Q127C: 6 (QE is S9), 7.5 (31h).
    {0xc8, READ_STATUS_2, 1 << 1, WRITE_STATUS_2, false},
    // Micron N25Q128A, MT25QL128: 6Bh always works.
    {0x20, 0, 0, 0, false},
};

static const struct quad_enable *find(uint32_t id) {
    for (size_t index = 0; index < sizeof parts / sizeof parts[0]; index++) {
        if (parts[index].manufacturer == id >> 16) {
            return &parts[index];
        }
    }
    return NULL;
}

/// Sets the bit and leaves the others of its register, and of status register 1, as they are.
static enum ternel_error set_bit(const struct quad_enable *part, uint32_t value) {
    uint32_t registers = value | part->bit;
    uint32_t count = 1;
    if (part->read == READ_STATUS_1) {
        registers &= ~(uint32_t)STATUS_1_TRANSIENT;
    } else if (part->behind_status_1) {
        uint32_t status_1;
        TERNEL_TRY(flash_memory_read_register(READ_STATUS_1, &status_1));
        registers |= (status_1 & ~(uint32_t)STATUS_1_TRANSIENT) << 8;
        count = 2;
    }
    return flash_memory_write_registers(part->write, registers, count);
}

enum ternel_error flash_quad_enable(uint32_t *id) {
    TERNEL_TRY(flash_memory_identify(id));
    const struct quad_enable *const part = find(*id);
    if (part == NULL) {
        return TERNEL_ERROR_FLASH_PART;
    }
    if (part->read != 0) {
        uint32_t value;
        TERNEL_TRY(flash_memory_read_register(part->read, &value));
        if ((value & part->bit) == 0) {
            TERNEL_TRY(set_bit(part, value));
            TERNEL_TRY(flash_memory_read_register(part->read, &value));
        }
        if ((value & part->bit) == 0) {
            return TERNEL_ERROR_FLASH_QUAD;
        }
    }
    spiflash_core_quad_write(1);
    return TERNEL_OK;
}

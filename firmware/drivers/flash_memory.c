#include "flash_memory.h"

#include <stdbool.h>

#include <generated/csr.h>

/// Commands that every serial NOR flash of these boards knows (W25Q, S25FL, IS25LP, MX25L), on one data line.
enum {
    PAGE_PROGRAM = 0x02,
    READ_STATUS = 0x05,
    WRITE_ENABLE = 0x06,
    SECTOR_ERASE = 0x20,
    IDENTIFY = 0x9f,
    BLOCK_ERASE = 0xd8,
};

enum {
    STATUS_BUSY = 1 << 0,
    STATUS_WRITE_ENABLED = 1 << 1,
    TX_READY = 1 << CSR_SPIFLASH_CORE_MASTER_STATUS_TX_READY_OFFSET,
    RX_READY = 1 << CSR_SPIFLASH_CORE_MASTER_STATUS_RX_READY_OFFSET,
    /// Of LiteSPI for one word: it takes at most a few hundred cycles, the read of the mapped flash before it
    /// included.
    WORD_POLLS = 1 << 16,
    /// Of the flash's status: each takes over a hundred cycles, so these are more than four seconds at
    /// 100 MHz. A block is erased in at most two (W25Q128JV, tBE2).
    BUSY_POLLS = 1 << 22,
};

static enum ternel_error wait_for(uint32_t bit) {
    for (uint32_t poll = 0; poll < WORD_POLLS; poll++) {
        if ((spiflash_core_master_status_read() & bit) != 0) {
            return TERNEL_OK;
        }
    }
    return TERNEL_ERROR_FLASH_MISSING;
}

/// Sends the low `bits` bits of `out`, most significant first, on one line; `in` gets what came back.
static enum ternel_error exchange(uint32_t bits, uint32_t out, uint32_t *in) {
    enum { WIDTH = 1, DRIVE_LINE_0 = 1 };
    spiflash_core_master_phyconfig_write(bits << CSR_SPIFLASH_CORE_MASTER_PHYCONFIG_LEN_OFFSET |
                                         WIDTH << CSR_SPIFLASH_CORE_MASTER_PHYCONFIG_WIDTH_OFFSET |
                                         DRIVE_LINE_0 << CSR_SPIFLASH_CORE_MASTER_PHYCONFIG_MASK_OFFSET);
    TERNEL_TRY(wait_for(TX_READY));
    spiflash_core_master_rxtx_write(out);
    TERNEL_TRY(wait_for(RX_READY));
    *in = spiflash_core_master_rxtx_read();
    return TERNEL_OK;
}

/// One command: `bits` of `out`, then, while the chip stays selected, `size` bytes in words of four.
static enum ternel_error command(uint32_t bits, uint32_t out, const uint8_t *bytes, uint32_t size,
                                 uint32_t *in) {
    spiflash_core_master_cs_write(1);
    enum ternel_error error = exchange(bits, out, in);
    for (uint32_t at = 0; at < size && error == TERNEL_OK; at += 4) {
        uint32_t ignored;
        const uint32_t word = (uint32_t)bytes[at] << 24 | (uint32_t)bytes[at + 1] << 16 |
                              (uint32_t)bytes[at + 2] << 8 | bytes[at + 3];
        error = exchange(32, word, &ignored);
    }
    spiflash_core_master_cs_write(0);
    return error;
}

enum ternel_error flash_memory_read_register(uint32_t read, uint32_t *value) {
    TERNEL_TRY(command(16, read << 8, NULL, 0, value));
    *value &= 0xff;
    return TERNEL_OK;
}

static enum ternel_error read_status(uint32_t *status) {
    return flash_memory_read_register(READ_STATUS, status);
}

enum ternel_error flash_memory_identify(uint32_t *id) {
    TERNEL_TRY(command(32, (uint32_t)IDENTIFY << 24, NULL, 0, id));
    *id &= 0xffffff;
    // A line that nobody drives reads as all ones or all zeros.
    return *id == 0 || *id == 0xffffff ? TERNEL_ERROR_FLASH_MISSING : TERNEL_OK;
}

/// Makes the flash take the next program or erase. (Where that is protected it is ignored all the same: who
/// writes has to read back.)
static enum ternel_error write_enable(void) {
    uint32_t ignored;
    uint32_t status;
    TERNEL_TRY(command(8, WRITE_ENABLE, NULL, 0, &ignored));
    TERNEL_TRY(read_status(&status));
    return (status & (STATUS_BUSY | STATUS_WRITE_ENABLED)) == STATUS_WRITE_ENABLED
               ? TERNEL_OK
               : TERNEL_ERROR_FLASH_REFUSED;
}

static enum ternel_error wait_while_busy(void (*while_waiting)(void)) {
    for (uint32_t poll = 0; poll < BUSY_POLLS; poll++) {
        uint32_t status;
        TERNEL_TRY(read_status(&status));
        if ((status & STATUS_BUSY) == 0) {
            return TERNEL_OK;
        }
        if (while_waiting != NULL) {
            while_waiting();
        }
    }
    return TERNEL_ERROR_FLASH_TIMEOUT;
}

enum ternel_error flash_memory_write_registers(uint32_t write, uint32_t values, uint32_t count) {
    uint32_t ignored;
    TERNEL_TRY(write_enable());
    TERNEL_TRY(command(8 + 8 * count, write << 8 * count | values, NULL, 0, &ignored));
    return wait_while_busy(NULL);
}

/// Whether [offset, offset + bytes) may be written, and both are multiples of `unit`.
static bool writable(const struct flash_memory *flash, uint32_t offset, uint32_t bytes, uint32_t unit) {
    return bytes != 0 && offset % unit == 0 && bytes % unit == 0 && flash->end <= FLASH_MEMORY_BYTES_MAX &&
           offset >= flash->first && offset < flash->end && bytes <= flash->end - offset;
}

enum ternel_error flash_memory_erase(const struct flash_memory *flash, uint32_t offset, uint32_t bytes) {
    uint32_t ignored;
    const bool block = bytes == FLASH_MEMORY_BLOCK_BYTES;
    if ((!block && bytes != FLASH_MEMORY_SECTOR_BYTES) || !writable(flash, offset, bytes, bytes)) {
        return TERNEL_ERROR_FLASH_RANGE;
    }
    TERNEL_TRY(write_enable());
    TERNEL_TRY(command(32, (uint32_t)(block ? BLOCK_ERASE : SECTOR_ERASE) << 24 | offset, NULL, 0, &ignored));
    return wait_while_busy(flash->while_waiting);
}

static bool all_ones(const uint8_t *bytes, uint32_t size) {
    for (uint32_t at = 0; at < size; at++) {
        if (bytes[at] != 0xff) {
            return false;
        }
    }
    return true;
}

enum ternel_error flash_memory_program(const struct flash_memory *flash, uint32_t offset,
                                       const uint8_t *bytes, uint32_t size) {
    if (!writable(flash, offset, size, FLASH_MEMORY_PAGE_BYTES)) {
        return TERNEL_ERROR_FLASH_RANGE;
    }
    for (uint32_t at = 0; at < size; at += FLASH_MEMORY_PAGE_BYTES) {
        uint32_t ignored;
        if (all_ones(bytes + at, FLASH_MEMORY_PAGE_BYTES)) {
            continue;
        }
        TERNEL_TRY(write_enable());
        TERNEL_TRY(command(32, (uint32_t)PAGE_PROGRAM << 24 | (offset + at), bytes + at,
                           FLASH_MEMORY_PAGE_BYTES, &ignored));
        TERNEL_TRY(wait_while_busy(flash->while_waiting));
    }
    return TERNEL_OK;
}

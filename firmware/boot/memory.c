#include "memory.h"

#include <stdint.h>

#include <liblitedram/sdram.h>

#include "cache.h"
#include "mmio.h"
#include "ternel_configuration.h"

enum { BLOCK_WORDS = 512 };

void memory_train(void) {
    // Compiled without its own test (SDRAM_TEST_DISABLE): memory_test() takes its place.
    (void)sdram_init();
}

void memory_keep(void) {
    sdram_software_control_off();
}

/// A word that tells every address from every other.
static uint32_t pattern(uint32_t offset) {
    return (offset + 1) * UINT32_C(0x9e3779b1);
}

/// One word at every power of two: each address line selects a different one.
static bool address_lines(bool write) {
    bool good = true;
    for (uint32_t offset = 4 * BLOCK_WORDS; offset < TERNEL_MAIN_RAM_BYTES; offset <<= 1) {
        if (write) {
            mmio_write(TERNEL_MAIN_RAM_ORIGIN + offset, pattern(offset));
        }
        good = good && (write || mmio_read(TERNEL_MAIN_RAM_ORIGIN + offset) == pattern(offset));
    }
    return good;
}

/// A block of words in which every data line toggles between neighbours, in whole bursts; it also tells the
/// lower address lines apart.
static bool data_lines(bool write) {
    bool good = true;
    for (uint32_t word = 0; word < BLOCK_WORDS; word++) {
        const uint32_t value = word % 2 == 0 ? pattern(word) : ~pattern(word - 1);
        if (write) {
            mmio_write(TERNEL_MAIN_RAM_ORIGIN + 4 * word, value);
        }
        good = good && (write || mmio_read(TERNEL_MAIN_RAM_ORIGIN + 4 * word) == value);
    }
    return good;
}

enum ternel_error memory_test(void) {
    (void)data_lines(true);
    (void)address_lines(true);
    // Out of the caches, so that what is read back comes from the chips.
    cache_write_back();
    return data_lines(false) && address_lines(false) ? TERNEL_OK : TERNEL_ERROR_MEMORY_TEST;
}

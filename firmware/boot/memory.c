#include "memory.h"

#include <stdint.h>

#include <liblitedram/sdram.h>

#include "cache.h"
#include "mmio.h"
#include "ternel_configuration.h"

enum { BLOCK_WORDS = 512 };

void memory_train(void) {
    // Compiled without its own test (SDRAM_TEST_DISABLE), which would overwrite what a simulator has preloaded.
    (void)sdram_init();
}

/// A word that tells every address from every other, and from its inverse.
static uint32_t pattern(uint32_t offset, uint32_t flip) {
    return (offset * UINT32_C(0x9e3779b1)) ^ flip;
}

/// One word at 0 and at every power of two: each address line selects a different word.
static bool test_address_lines(uint32_t flip) {
    for (uint32_t offset = 4; offset < TERNEL_MAIN_RAM_BYTES; offset <<= 1) {
        mmio_write(TERNEL_MAIN_RAM_ORIGIN + offset, pattern(offset, flip));
    }
    mmio_write(TERNEL_MAIN_RAM_ORIGIN, pattern(0, flip));
    cache_write_back();
    bool good = mmio_read(TERNEL_MAIN_RAM_ORIGIN) == pattern(0, flip);
    for (uint32_t offset = 4; offset < TERNEL_MAIN_RAM_BYTES; offset <<= 1) {
        good = good && mmio_read(TERNEL_MAIN_RAM_ORIGIN + offset) == pattern(offset, flip);
    }
    return good;
}

/// A block of changing words: every data line toggles between neighbours, in whole bursts.
static bool test_data_lines(uint32_t flip) {
    for (uint32_t word = 0; word < BLOCK_WORDS; word++) {
        mmio_write(TERNEL_MAIN_RAM_ORIGIN + 4 * word, pattern(word, word % 2 == 0 ? flip : ~flip));
    }
    cache_write_back();
    bool good = true;
    for (uint32_t word = 0; word < BLOCK_WORDS; word++) {
        good = good &&
               mmio_read(TERNEL_MAIN_RAM_ORIGIN + 4 * word) == pattern(word, word % 2 == 0 ? flip : ~flip);
    }
    return good;
}

enum ternel_error memory_test(void) {
    const bool good = test_address_lines(0) && test_address_lines(~UINT32_C(0)) && test_data_lines(0);
    return good ? TERNEL_OK : TERNEL_ERROR_MEMORY_TEST;
}

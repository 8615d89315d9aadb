// The self-test for first contact with a board: no DRAM, no model. It runs in place from flash where stage 0
// would lie, in a bitstream of its own (`ternel build --blink`): prints what it finds, walks through the
// lights, and sends back every byte that it receives.
#include <stdint.h>

#include "flash_quad.h"
#include "leds.h"
#include "print.h"
#include "ternel_configuration.h"
#include "timer.h"
#include "uart.h"

enum { LIGHTS = 5, PATTERNS = 4 };

/// Between the data and the stack (linker/stage0.ld), less what the calls from here on may need.
extern uint32_t stack_bottom[];
enum { TEST_BYTES = 2048 };

static const uint32_t patterns[PATTERNS] = {0x00000000u, 0xffffffffu, 0xaaaaaaaau, 0x55555555u};

/// Words of the tested SRAM that did not keep what was written. The last pattern is each word's own address,
/// by which words that answer at several addresses are found.
static uint32_t broken_words(volatile uint32_t *words, uint32_t count) {
    uint32_t broken = 0;
    for (uint32_t pattern = 0; pattern <= PATTERNS; pattern++) {
        for (uint32_t i = 0; i < count; i++) {
            words[i] = pattern < PATTERNS ? patterns[pattern] : (uint32_t)(uintptr_t)&words[i];
        }
        for (uint32_t i = 0; i < count; i++) {
            broken += words[i] != (pattern < PATTERNS ? patterns[pattern] : (uint32_t)(uintptr_t)&words[i]);
        }
    }
    return broken;
}

static void report_flash(void) {
    uint32_t id = 0;
    const enum ternel_error error = flash_quad_enable(&id);
    print_text("Flash: id ");
    print_hexadecimal(id);
    if (error == TERNEL_OK) {
        print_text(", four lines\n");
    } else {
        print_text(", one line: ");
        print_error(error);
        print_text("\n");
    }
}

/// Every light in turn; the last one is the one for errors.
static void show(uint32_t light) {
    leds_boot((enum leds_stage)(light % LIGHTS == LIGHTS - 1 ? LEDS_CONSOLE : light % LIGHTS));
    if (light % LIGHTS == LIGHTS - 1) {
        leds_error();
    }
}

_Noreturn void boot(void);
_Noreturn void trap(uint32_t cause, uint32_t pc, uint32_t address);

_Noreturn void boot(void) {
    leds_boot(LEDS_STAGE0);
    print_text("\nTernel self-test, board " TERNEL_CONFIGURATION_NAME ", build ");
    print_hexadecimal(TERNEL_BUILD_ID);
    print_text("\n");
    report_flash();
    print_text("SRAM: ");
    print_decimal(TEST_BYTES);
    print_text(" bytes, words that fail: ");
    print_decimal(broken_words(stack_bottom, TEST_BYTES / 4));
    print_text("\nClock: a dot each second; what you type comes back.\n");
    uint64_t next = timer_cycles();
    for (uint32_t second = 0;; second++) {
        show(second);
        print_text(".");
        next += TERNEL_CLOCK_HZ;
        while (timer_cycles() < next) {
            const int byte = uart_get();
            if (byte >= 0) {
                uart_put((uint8_t)byte);
            }
        }
    }
}

_Noreturn void trap(uint32_t cause, uint32_t pc, uint32_t address) {
    leds_error();
    print_trap("Trap", cause, pc, address);
    for (;;) {
    }
}

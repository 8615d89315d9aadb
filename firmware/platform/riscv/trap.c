#include <stdint.h>

#include "leds.h"
#include "print.h"
#include "restart.h"
#include "stack.h"

_Noreturn void trap(uint32_t cause, uint32_t pc, uint32_t address, uint32_t stack_pointer);

/// The privileged specification's synchronous causes. This VexRiscv raises no access faults: an address where
/// nothing answers reads as ones.
static const char *cause_name(uint32_t cause) {
    static const char *const names[] = {
        "instruction address misaligned",
        "instruction access fault",
        "illegal instruction",
        "breakpoint",
        "load address misaligned",
        "load access fault",
        "store address misaligned",
        "store access fault",
    };
    return cause < sizeof names / sizeof names[0] ? names[cause] : "unknown";
}

/// Called by trap_entry on an empty stack. No state is trusted: registers, UART, restart.
_Noreturn void trap(uint32_t cause, uint32_t pc, uint32_t address, uint32_t stack_pointer) {
    leds_error();
    print_text("\n");
    print_error(stack_overflowed() ? TERNEL_ERROR_STACK_GUARD : TERNEL_ERROR_TRAP);
    print_text(" (cause ");
    print_decimal(cause);
    print_text(", ");
    print_text(cause_name(cause));
    print_text("; pc ");
    print_hexadecimal(pc);
    print_text("; address ");
    print_hexadecimal(address);
    print_text("; stack pointer ");
    print_hexadecimal(stack_pointer);
    print_text(")\nRestarting.\n");
    restart();
}

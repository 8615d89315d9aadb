#include "stack.h"

#include "stack_paint.h"

/// From the linker script; their addresses are the values.
extern uint32_t stack_bottom[], stack_top[];

uint32_t stack_bytes(void) {
    return (uint32_t)((uintptr_t)stack_top - (uintptr_t)stack_bottom);
}

uint32_t stack_used(void) {
    const uint32_t words = stack_bytes() / 4;
    const volatile uint32_t *stack = stack_bottom;
    uint32_t unused = 0;
    while (unused < words && stack[unused] == STACK_PAINT) {
        unused++;
    }
    return 4 * (words - unused);
}

bool stack_overflowed(void) {
    return *(const volatile uint32_t *)stack_bottom != STACK_PAINT;
}

// How much stack there is and how much of it was ever used.
#pragma once

#include <stdbool.h>
#include <stdint.h>

uint32_t stack_bytes(void);

/// The most bytes that were in use since the start: what lies above the lowest overwritten word.
uint32_t stack_used(void);

/// Whether the lowest word was overwritten: what lies below the stack may be damaged, too.
bool stack_overflowed(void);

// How much stack there is and how much of it was ever used.
#pragma once

#include <stdint.h>

uint32_t stack_bytes(void);

/// The most bytes that were in use since the start: what lies above the lowest overwritten word.
uint32_t stack_used(void);

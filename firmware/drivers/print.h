// Text on the UART for the boot stage and the trap handler: no buffers, no state, works when little else
// does.
#pragma once

#include <stdint.h>

#include "error.h"

void print_text(const char *text);
void print_decimal(uint64_t value);
/// Eight hexadecimal digits.
void print_hexadecimal(uint32_t value);
/// "E1203 container: hash mismatch", without a line end.
void print_error(enum ternel_error error);
/// A line of its own: "<what>: cause 5, pc 20001000, address 00000004".
void print_trap(const char *what, uint32_t cause, uint32_t pc, uint32_t address);

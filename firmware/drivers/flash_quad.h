// Reads of the SPI flash over four lines: whether the part answers them is a bit in one of its registers,
// which must be set once in its life.
#pragma once

#include <stdint.h>

#include "error.h"

/// Sees to it that the flash answers quad reads, then has the SoC read it so. `id` gets what the part says it
/// is. Errors, after all of which it is still read over one line: nothing answers; the part is not known; its
/// bit does not stay set; it does not finish writing it.
enum ternel_error flash_quad_enable(uint32_t *id) TERNEL_MUST_CHECK;

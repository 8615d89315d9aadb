// The console's platform under UEFI: the first serial line byte by byte, and screen and keyboard.
#pragma once

#include "platform.h"

/// Opens both and fills in `platform`. The serial line is taken from the firmware's own terminal, which would
/// turn what is not text into something else.
void terminal_open(struct ternel_platform *platform);

/// Whether something was typed within that time; it stays to be read.
bool terminal_key_within(uint32_t milliseconds);

// Brings DRAM up.
#pragma once

#include <stdbool.h>

#include "error.h"

/// Initialises and trains the DRAM by LiteX's liblitedram.
void memory_train(void);

/// Takes a simulator's DRAM as it is: it works without training, which would overwrite some of what was
/// preloaded.
void memory_keep(void);

/// Writes and reads back patterns that find stuck, swapped or missing address and data lines. Destroys
/// content.
enum ternel_error memory_test(void) TERNEL_MUST_CHECK;

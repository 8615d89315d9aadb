// Brings DRAM up.
#pragma once

#include <stdbool.h>

#include "error.h"

/// Initialises and trains the DRAM by LiteX's liblitedram.
void memory_train(void);

/// Writes and reads back patterns that find stuck, swapped or missing address and data lines. Destroys
/// content.
enum ternel_error memory_test(void) TERNEL_MUST_CHECK;

// The SPI flash as the console sees it: which regions there are, and which of them an upload may change.
#pragma once

#include <stdint.h>

#include "console.h"

/// `slot` is the one that the running second stage came from (0: A, 1: B), `sequence` its header's number:
/// the model and the other slot may be written, nothing else.
const struct console_flash *flash_store_open(uint32_t slot, uint32_t sequence);

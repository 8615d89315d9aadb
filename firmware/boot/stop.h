// The end of a boot that cannot go on.
#pragma once

#include "error.h"

/// Prints `E1506 image: second stage hash mismatch`, then ends the simulation with status 64 + thousands of
/// the code (65 for E1xxx, 67 for E3xxx) or, on a board, waits for the watchdog to restart the machine.
_Noreturn void stop(enum ternel_error error);

// The console's platform on a PC: standard input and output, a clock in nanoseconds.
#pragma once

#include "platform.h"
#include "sha256_nettle.h"

/// What the platform's functions work with.
struct terminal {
    struct sha256_ctx sha256;
    uint8_t input[4096];
    size_t input_start;
    size_t input_end;
};

/// Fills in `platform`.
void terminal_open(struct terminal *terminal, struct ternel_platform *platform);

/// From now on Ctrl+C is a byte of the input that stops an answer; where nothing runs it ends the input.
void terminal_catch_interrupts(void);

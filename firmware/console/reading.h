// How fast tokens take their weights from memory, beside what the same cores get when they do nothing else:
// what `/bench` says more on a machine whose backend has read_weights.
#pragma once

#include "output.h"
#include "session.h"

/// A platform names it in its setup; the SoC, which has counters instead, does not, and does not link it.
extern const struct console_reading console_reading;

/// What `/bench` calls.
struct console_reading {
    /// Reads the weights alone, in both ways, and keeps the best time in console->reading.
    void (*measure)(struct console *console);
    /// Tells of both, of the tokens by the cycles of the best one: the field "weights", or, where `json` is
    /// NULL, a line for people. Something has been measured.
    void (*report)(const struct console *console, uint64_t token_cycles, struct json *json);
};

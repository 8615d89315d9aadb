// The state of a console between two lines.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "console.h"
#include "line.h"

struct console_settings {
    uint32_t temperature; ///< thousandths
    uint32_t top_p;       ///< thousandths
    uint64_t seed;
    uint32_t tokens; ///< most tokens of an answer
    bool machine;    ///< JSON lines instead of text for people
};

/// What the last answer took.
struct console_usage {
    uint32_t prompt_tokens;
    uint32_t tokens;
    uint64_t prompt_cycles;      ///< until the prompt was read
    uint64_t cycles;             ///< all of it
    uint64_t accelerator_cycles; ///< of `cycles`, those in which the accelerator worked
    const char *stop;            ///< "end", "length" or "interrupt"
};

/// The weights that a token reads, and the cycles that reading them alone took, the best of all times.
struct console_weights {
    uint64_t bytes; ///< 0: not measured
    uint64_t cycles;
};

struct console {
    const struct console_setup *setup;
    const struct ternel_platform *platform;
    struct console_settings settings;
    struct console_usage last;
    struct console_weights reading; ///< of the last /bench
    struct line_reader reader;
    bool quit;
    const char *detail; ///< beyond the words of the error that a command gives, or NULL
    char line[CONSOLE_LINE_BYTES + 1];
    uint8_t text[CONSOLE_LINE_BYTES];    ///< a decoded JSON prompt
    uint32_t prompt[CONSOLE_LINE_BYTES]; ///< its tokens: never more than bytes; latencies of /bench decode
    uint32_t answer[CONSOLE_TOKENS_MAX]; ///< before there is one: scratch of the tokenizer
    uint8_t sector[CONSOLE_FLASH_SECTOR_BYTES]; ///< of an upload, in the making
};

_Static_assert(CONSOLE_TOKENS_MAX >= CONSOLE_LINE_BYTES,
               "the tokenizer needs scratch for each token of the prompt");
_Static_assert(CONSOLE_LINE_BYTES >= CONSOLE_TOKENS_MAX, "/bench decode notes the latency of each token");

/// Says what went wrong: `E3105 console: unknown command (/foo)`, or as JSON. `detail` may be NULL.
void console_error(const struct console *console, enum ternel_error error, const char *detail);

/// The line that says which model answers.
void console_model(const struct console *console);

/// Makes an answer to a prompt of valid UTF-8 and prints it as it comes.
enum ternel_error console_generate(struct console *console, const uint8_t *prompt,
                                   size_t size) TERNEL_MUST_CHECK;

/// "42 tokens, 12.3 tok/s, 812345 cycles/token, accelerator 31%" about the last answer, without a line end.
void console_print_usage(const struct console *console);

/// Cycles for each token of the last answer, its prompt not counted.
uint64_t console_cycles_per_token(const struct console_usage *usage);

/// Executes a line that begins with "/".
enum ternel_error console_command(struct console *console, const char *line) TERNEL_MUST_CHECK;

/// /info, /stats, /bench and /flash.
enum ternel_error console_info(struct console *console, const char *arguments) TERNEL_MUST_CHECK;
enum ternel_error console_stats(struct console *console, const char *arguments) TERNEL_MUST_CHECK;
enum ternel_error console_bench(struct console *console, const char *arguments) TERNEL_MUST_CHECK;
enum ternel_error console_flash(struct console *console, const char *arguments) TERNEL_MUST_CHECK;

// /bench: how long tokens take, or how fast one matrix streams. What is measured is what people wait for: the
// tokens and the choice of the next one; hashing and printing are not.
#include "arguments.h"
#include "output.h"
#include "reading.h"
#include "session.h"

enum { BENCH_TOKENS = 16, COUNTERS_MAX = 24, PERCENT = 100, MEDIAN = 50, ALMOST_ALL = 99 };

/// Before every so many tokens the weights are read alone: what else runs on the machine disturbs both.
enum { READING_TURN = 4 };

/// One measurement, as it is printed.
struct measurement {
    const char *what;
    uint32_t tokens; ///< that the model took
    uint64_t cycles;
    uint64_t accelerator_cycles; ///< of `cycles`
    const uint32_t
        *latencies; ///< cycles of each token, ascending; NULL where tokens were not taken one by one
    bool has_hash;
    uint8_t hash[TERNEL_SHA256_BYTES]; ///< over the logits of each choice
};

/// What the machine counted since the start of the measurement.
static uint32_t counters(const struct console *console, struct console_counter *out) {
    const struct console_machine *machine = console->setup->machine;
    return machine == NULL ? 0 : machine->counters(machine->context, out, COUNTERS_MAX);
}

static void reset_counters(const struct console *console) {
    const struct console_machine *machine = console->setup->machine;
    if (machine != NULL) {
        machine->reset_counters(machine->context);
    }
}

/// The latency that so many per cent of the tokens do not exceed.
static uint32_t latency(const struct measurement *measurement, uint32_t percent) {
    return measurement->latencies[(uint64_t)(measurement->tokens - 1) * percent / PERCENT];
}

/// Ascending, in place: Shell's sort with the gaps 1, 4, 13, ..., which needs no stack.
static void sort(uint32_t *values, uint32_t count) {
    uint32_t gap = 1;
    while (gap < count / 3) {
        gap = 3 * gap + 1;
    }
    for (; gap > 0; gap /= 3) {
        for (uint32_t i = gap; i < count; i++) {
            const uint32_t value = values[i];
            uint32_t at = i;
            for (; at >= gap && values[at - gap] > value; at -= gap) {
                values[at] = values[at - gap];
            }
            values[at] = value;
        }
    }
}

static void print_latencies(const struct ternel_platform *platform, const struct measurement *measurement) {
    if (measurement->latencies != NULL && measurement->tokens != 0) {
        output_text(platform, ", p50 ");
        output_decimal(platform, latency(measurement, MEDIAN));
        output_text(platform, ", p99 ");
        output_decimal(platform, latency(measurement, ALMOST_ALL));
        output_text(platform, ", max ");
        output_decimal(platform, latency(measurement, PERCENT));
    }
}

/// What reading alone took, where the machine can tell; `json` is NULL for people.
static void report_reading(const struct console *console, const struct measurement *measurement,
                           struct json *json) {
    const struct console_reading *reading = console->setup->reading;
    if (reading != NULL && console->reading.bytes != 0 && measurement->tokens != 0) {
        reading->report(console, latency(measurement, 0), json);
    }
}

static void json_counters(const struct console *console, struct json *json) {
    struct console_counter list[COUNTERS_MAX];
    const uint32_t count = counters(console, list);
    json_open(json, "counters", '{');
    for (uint32_t index = 0; index < count; index++) {
        json_number(json, list[index].name, list[index].value);
    }
    json_close(json, '}');
}

static void print_counters(const struct console *console) {
    const struct ternel_platform *platform = console->platform;
    struct console_counter list[COUNTERS_MAX];
    const uint32_t count = counters(console, list);
    for (uint32_t index = 0; index < count; index++) {
        output_text(platform, index == 0 ? "  " : ", ");
        output_text(platform, list[index].name);
        output_text(platform, " ");
        output_decimal(platform, list[index].value);
    }
    output_text(platform, count == 0 ? "" : "\n");
}

/// The answer to programs: the tokens are the choices of a decode.
static void json_measurement(const struct console *console, const struct measurement *measurement,
                             uint32_t choices) {
    const struct ternel_backend *backend = console->setup->engine->backend;
    struct json json = json_event(console->platform, "bench");
    json_text(&json, "what", measurement->what);
    json_text(&json, "engine", backend->name);
    json_number(&json, "columns", backend->run_tokens == NULL ? 1 : backend->columns);
    json_number(&json, "count", measurement->tokens);
    json_open(&json, "tokens", '[');
    for (uint32_t at = 0; at < choices; at++) {
        json_element(&json, console->answer[at]);
    }
    json_close(&json, ']');
    json_number(&json, "cycles", measurement->cycles);
    json_number(&json, "acceleratorCycles", measurement->accelerator_cycles);
    if (measurement->latencies != NULL && measurement->tokens != 0) {
        json_open(&json, "tokenCycles", '{');
        json_number(&json, "p50", latency(measurement, MEDIAN));
        json_number(&json, "p99", latency(measurement, ALMOST_ALL));
        json_number(&json, "max", latency(measurement, PERCENT));
        json_close(&json, '}');
    }
    report_reading(console, measurement, &json);
    if (measurement->has_hash) {
        json_hexadecimal(&json, "logitsHash", measurement->hash, sizeof measurement->hash);
    }
    json_counters(console, &json);
    json_end(&json);
}

/// The answer to whoever asked, and the figures for /stats.
static void report(struct console *console, const struct measurement *measurement, uint32_t choices) {
    console->last = (struct console_usage){
        .tokens = measurement->tokens,
        .cycles = measurement->cycles,
        .accelerator_cycles = measurement->accelerator_cycles,
        .stop = "length",
    };
    if (console->settings.machine) {
        json_measurement(console, measurement, choices);
        return;
    }
    console_print_usage(console);
    print_latencies(console->platform, measurement);
    output_text(console->platform, "\n");
    report_reading(console, measurement, NULL);
    print_counters(console);
}

/// Takes tokens and, where `logits` are wanted, chooses the next: the part that counts.
TERNEL_MUST_CHECK
static enum ternel_error measure(const struct console *console, struct measurement *measurement,
                                 const uint32_t *tokens, uint32_t count, bool logits, uint32_t *choice) {
    const struct ternel_platform *platform = console->platform;
    struct ternel_engine *engine = console->setup->engine;
    const uint64_t start = platform->cycles(platform->context);
    const uint64_t accelerator_start = platform->accelerator_cycles(platform->context);
    TERNEL_TRY(ternel_engine_advance(engine, tokens, count, logits));
    if (logits) {
        *choice = ternel_engine_best(engine);
    }
    measurement->cycles += platform->cycles(platform->context) - start;
    measurement->accelerator_cycles += platform->accelerator_cycles(platform->context) - accelerator_start;
    measurement->tokens += count;
    if (measurement->has_hash) {
        ternel_engine_hash_logits(engine, &platform->sha256);
    }
    return TERNEL_OK;
}

/// Begins a measurement on an empty state; with `hash` every step's logits are hashed.
static struct measurement begin(struct console *console, const char *what, bool hash) {
    const struct ternel_sha256 *sha256 = &console->platform->sha256;
    ternel_engine_reset(console->setup->engine);
    reset_counters(console);
    console->reading.bytes = 0;
    if (hash) {
        sha256->start(sha256->context);
    }
    return (struct measurement){.what = what, .has_hash = hash};
}

static void end(const struct console *console, struct measurement *measurement) {
    const struct ternel_sha256 *sha256 = &console->platform->sha256;
    if (measurement->has_hash) {
        sha256->finish(sha256->context, measurement->hash);
    }
}

/// `count` greedy tokens from the start token on, unseen; they go on behind an end of text, so that the
/// number is always the same. Ctrl+C ends it early.
static enum ternel_error bench_decode(struct console *console, uint32_t count) {
    struct measurement measurement = begin(console, "decode", console->settings.machine);
    uint32_t token = console->setup->engine->container->shape.start_token;
    for (uint32_t step = 0; step < count && !line_interrupted(&console->reader); step++) {
        if (console->setup->reading != NULL && step % READING_TURN == 0) {
            console->setup->reading->measure(console);
        }
        const uint64_t before = measurement.cycles;
        TERNEL_TRY(measure(console, &measurement, &token, 1, true, &token));
        const uint64_t cycles = measurement.cycles - before;
        console->answer[step] = token;
        console->prompt[step] = cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX;
    }
    sort(console->prompt, measurement.tokens);
    measurement.latencies = console->prompt;
    end(console, &measurement);
    report(console, &measurement, measurement.tokens);
    return TERNEL_OK;
}

/// The tokens named behind the command, and the logits after the last of them.
static enum ternel_error bench_prefill(struct console *console, const char *at) {
    const uint32_t vocabulary = console->setup->engine->container->shape.vocabulary;
    uint32_t count = 0;
    uint64_t token;
    while (!argument_end(at)) {
        if (!argument_number(&at, vocabulary - 1, &token)) {
            return TERNEL_ERROR_CONSOLE_VALUE;
        }
        console->prompt[count++] = (uint32_t)token;
    }
    if (count == 0) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    struct measurement measurement = begin(console, "prefill", console->settings.machine);
    TERNEL_TRY(measure(console, &measurement, console->prompt, count, true, &console->answer[0]));
    end(console, &measurement);
    report(console, &measurement, 1);
    return TERNEL_OK;
}

/// The start token through the layers, without the head: with a model of one layer that is one block.
static enum ternel_error bench_block(struct console *console) {
    const uint32_t token = console->setup->engine->container->shape.start_token;
    struct measurement measurement = begin(console, "block", false);
    TERNEL_TRY(measure(console, &measurement, &token, 1, false, NULL));
    report(console, &measurement, 0);
    return TERNEL_OK;
}

static enum ternel_error bench_matvec(struct console *console, const char *at) {
    const struct ternel_platform *platform = console->platform;
    const struct console_machine *machine = console->setup->machine;
    uint64_t rows;
    uint64_t columns;
    bool equal;
    if (!argument_number(&at, UINT32_MAX, &rows) || !argument_number(&at, UINT32_MAX, &columns) ||
        !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    if (machine == NULL) {
        return TERNEL_ERROR_CONSOLE_UNSUPPORTED;
    }
    machine->reset_counters(machine->context);
    TERNEL_TRY(machine->bench(machine->context, (uint32_t)rows, (uint32_t)columns, &equal));
    if (console->settings.machine) {
        struct json json = json_event(platform, "bench");
        json_text(&json, "what", "matvec");
        json_number(&json, "rows", rows);
        json_number(&json, "columns", columns);
        json_boolean(&json, "equal", equal);
        json_counters(console, &json);
        json_end(&json);
    } else {
        output_decimal(platform, rows);
        output_text(platform, " x ");
        output_decimal(platform, columns);
        output_text(platform, equal ? ", equal to the CPU's results\n" : "\n");
        print_counters(console);
    }
    return equal ? TERNEL_OK : TERNEL_ERROR_ACCELERATOR_RESULT;
}

enum ternel_error console_bench(struct console *console, const char *at) {
    uint64_t count = BENCH_TOKENS;
    if (argument_word(&at, "matvec")) {
        return bench_matvec(console, at);
    }
    if (argument_word(&at, "prefill")) {
        return bench_prefill(console, at);
    }
    if (argument_word(&at, "block")) {
        return argument_end(at) ? bench_block(console) : TERNEL_ERROR_CONSOLE_VALUE;
    }
    if (argument_word(&at, "decode") && (!argument_number(&at, CONSOLE_TOKENS_MAX, &count) || count == 0)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    return argument_end(at) ? bench_decode(console, (uint32_t)count) : TERNEL_ERROR_CONSOLE_VALUE;
}

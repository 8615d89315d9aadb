// /bench: how long a token takes, or how fast one matrix streams.
#include "arguments.h"
#include "output.h"
#include "session.h"

enum { BENCH_TOKENS = 16 };

static void print_matvec(const struct console *console, const struct console_bench *bench) {
    const struct ternel_platform *platform = console->platform;
    output_decimal(platform, bench->rows);
    output_text(platform, " x ");
    output_decimal(platform, bench->columns);
    output_text(platform, ": ");
    output_decimal(platform, bench->cycles);
    output_text(platform, " cycles, ");
    output_decimal(platform, bench->beats);
    output_text(platform, " beats of DRAM (");
    output_fixed(platform, bench->cycles == 0 ? 0 : bench->beats * 1000 / bench->cycles, 1);
    output_text(platform, "%), stalled for weights ");
    output_decimal(platform, bench->stall_weights);
    output_text(platform, ", for output ");
    output_decimal(platform, bench->stall_output);
    output_text(platform, bench->equal ? "; equal to the CPU's results\n" : "\n");
}

static void json_matvec(const struct console *console, const struct console_bench *bench) {
    struct json json = json_event(console->platform, "bench");
    json_number(&json, "rows", bench->rows);
    json_number(&json, "columns", bench->columns);
    json_number(&json, "cycles", bench->cycles);
    json_number(&json, "beats", bench->beats);
    json_number(&json, "bytes", bench->bytes);
    json_open(&json, "stalls", '{');
    json_number(&json, "weights", bench->stall_weights);
    json_number(&json, "output", bench->stall_output);
    json_number(&json, "command", bench->stall_command);
    json_number(&json, "room", bench->stall_room);
    json_number(&json, "data", bench->stall_data);
    json_close(&json, '}');
    json_boolean(&json, "equal", bench->equal);
    json_end(&json);
}

static enum ternel_error bench_matvec(struct console *console, const char *at) {
    const struct console_machine *machine = console->setup->machine;
    struct console_bench bench;
    uint64_t rows;
    uint64_t columns;
    if (!argument_number(&at, UINT32_MAX, &rows) || !argument_number(&at, UINT32_MAX, &columns) ||
        !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    if (machine == NULL) {
        return TERNEL_ERROR_CONSOLE_UNSUPPORTED;
    }
    TERNEL_TRY(machine->bench(machine->context, (uint32_t)rows, (uint32_t)columns, &bench));
    if (console->settings.machine) {
        json_matvec(console, &bench);
    } else {
        print_matvec(console, &bench);
    }
    return bench.equal ? TERNEL_OK : TERNEL_ERROR_ACCELERATOR_RESULT;
}

/// Greedy tokens from the start token on, unseen; they go on behind an end of text, so that the number is
/// always the same.
static enum ternel_error bench_decode(struct console *console) {
    const struct ternel_platform *platform = console->platform;
    struct ternel_engine *engine = console->setup->engine;
    const uint64_t start = platform->cycles(platform->context);
    const uint64_t accelerator_start = platform->accelerator_cycles(platform->context);
    uint32_t token = engine->container->shape.start_token;
    ternel_engine_reset(engine);
    for (uint32_t count = 0; count < BENCH_TOKENS; count++) {
        TERNEL_TRY(ternel_engine_advance(engine, token));
        TERNEL_TRY(ternel_engine_logits(engine));
        token = ternel_sampler_greedy(engine->buffers.logits, engine->container->shape.vocabulary);
    }
    console->last = (struct console_usage){
        .tokens = BENCH_TOKENS,
        .cycles = platform->cycles(platform->context) - start,
        .accelerator_cycles = platform->accelerator_cycles(platform->context) - accelerator_start,
        .stop = "length",
    };
    if (console->settings.machine) {
        struct json json = json_event(platform, "bench");
        json_number(&json, "tokens", console->last.tokens);
        json_number(&json, "cycles", console->last.cycles);
        json_number(&json, "cyclesPerToken", console_cycles_per_token(&console->last));
        json_number(&json, "acceleratorCycles", console->last.accelerator_cycles);
        json_end(&json);
        return TERNEL_OK;
    }
    console_print_usage(console);
    output_text(platform, "\n");
    return TERNEL_OK;
}

enum ternel_error console_bench(struct console *console, const char *arguments) {
    if (argument_end(arguments)) {
        return bench_decode(console);
    }
    return argument_word(&arguments, "matvec") ? bench_matvec(console, arguments)
                                               : TERNEL_ERROR_CONSOLE_VALUE;
}

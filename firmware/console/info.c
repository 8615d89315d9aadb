// /info and /stats.
#include "arguments.h"
#include "output.h"
#include "session.h"

/// One line "name    value" for people or one field for programs, by what the console is set to.
struct report {
    const struct ternel_platform *platform;
    bool machine;
    struct json json;
};

enum { NAME_COLUMN = 24 };

static struct report report_begin(const struct console *console, const char *event) {
    struct report report = {.platform = console->platform, .machine = console->settings.machine};
    if (report.machine) {
        report.json = json_event(console->platform, event);
    }
    return report;
}

static void report_end(struct report *report) {
    if (report->machine) {
        json_end(&report->json);
    }
}

/// People get the name with its capitals turned into words: weightBytes is "weight bytes".
static void report_name(const struct report *report, const char *name) {
    uint32_t column = 0;
    for (; *name != 0; name++, column++) {
        const bool capital = *name >= 'A' && *name <= 'Z';
        if (capital) {
            output_text(report->platform, " ");
            column++;
        }
        const uint8_t letter = (uint8_t)(capital ? *name - 'A' + 'a' : *name);
        output_bytes(report->platform, &letter, 1);
    }
    for (; column < NAME_COLUMN; column++) {
        output_text(report->platform, " ");
    }
}

static void report_number(struct report *report, const char *name, uint64_t value) {
    if (report->machine) {
        json_number(&report->json, name, value);
        return;
    }
    report_name(report, name);
    output_decimal(report->platform, value);
    output_text(report->platform, "\n");
}

static void report_text(struct report *report, const char *name, const char *text) {
    if (report->machine) {
        json_text(&report->json, name, text);
        return;
    }
    report_name(report, name);
    output_text(report->platform, text);
    output_text(report->platform, "\n");
}

static void report_hexadecimal(struct report *report, const char *name, const uint8_t *bytes, size_t size) {
    if (report->machine) {
        json_hexadecimal(&report->json, name, bytes, size);
        return;
    }
    report_name(report, name);
    output_hexadecimal(report->platform, bytes, size);
    output_text(report->platform, "\n");
}

static void report_model(struct report *report, const struct ternel_container *container) {
    const struct ternel_shape *shape = &container->shape;
    report_text(report, "model", container->name);
    report_hexadecimal(report, "hash", container->digest, TERNEL_SHA256_BYTES);
    report_number(report, "vocabulary", shape->vocabulary);
    report_number(report, "dimension", shape->dimension);
    report_number(report, "layers", shape->layers);
    report_number(report, "intermediate", shape->intermediate);
    report_number(report, "containerBytes", shape->total_bytes);
    report_number(report, "bytesPerToken", ternel_container_weight_bytes_per_token(container));
}

enum ternel_error console_info(struct console *console, const char *arguments) {
    const struct ternel_engine *engine = console->setup->engine;
    const struct console_machine *machine = console->setup->machine;
    if (!argument_end(arguments)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    struct report report = report_begin(console, "info");
    if (engine != NULL) {
        report_model(&report, engine->container);
        report_number(&report, "arenaBytes", console->setup->arena_bytes);
    }
    report_text(&report, "platform", console->platform->name);
    if (engine != NULL) {
        report_text(&report, "engine", engine->backend->name);
    }
    if (machine != NULL) {
        const uint8_t build_id[] = {(uint8_t)(machine->build_id >> 24), (uint8_t)(machine->build_id >> 16),
                                    (uint8_t)(machine->build_id >> 8), (uint8_t)machine->build_id};
        report_text(&report, "configuration", machine->configuration);
        report_hexadecimal(&report, "buildId", build_id, sizeof build_id);
        report_number(&report, "memoryBytes", machine->memory_bytes);
    }
    report_number(&report, "clockHz", console->platform->cycles_per_second);
    report_end(&report);
    return TERNEL_OK;
}

/// The phases of the boot: an object for programs, one line for people.
static void report_boot(struct report *report, const struct console_setup *setup) {
    if (report->machine) {
        json_open(&report->json, "boot", '{');
        for (uint32_t phase = 0; phase < setup->boot_phases; phase++) {
            json_number(&report->json, setup->boot[phase].name, setup->boot[phase].cycles);
        }
        json_close(&report->json, '}');
        return;
    }
    report_name(report, "boot");
    for (uint32_t phase = 0; phase < setup->boot_phases; phase++) {
        output_text(report->platform, phase == 0 ? "" : ", ");
        output_text(report->platform, setup->boot[phase].name);
        output_text(report->platform, " ");
        output_decimal(report->platform, setup->boot[phase].cycles);
    }
    output_text(report->platform, " cycles\n");
}

enum ternel_error console_stats(struct console *console, const char *arguments) {
    const struct console_usage *last = &console->last;
    const struct console_machine *machine = console->setup->machine;
    if (!argument_end(arguments)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    struct report report = report_begin(console, "stats");
    report_number(&report, "promptTokens", last->prompt_tokens);
    report_number(&report, "tokens", last->tokens);
    report_number(&report, "cycles", last->cycles);
    report_number(&report, "promptCycles", last->prompt_cycles);
    report_number(&report, "cyclesPerToken", console_cycles_per_token(last));
    report_number(&report, "acceleratorCycles", last->accelerator_cycles);
    report_number(&report, "seed", console->settings.seed);
    report_number(&report, "temperatureThousandths", console->settings.temperature);
    report_number(&report, "topPThousandths", console->settings.top_p);
    report_number(&report, "tokensMax", console->settings.tokens);
    report_number(&report, "uptimeCycles", console->platform->cycles(console->platform->context));
    if (console->setup->boot_phases != 0) {
        report_boot(&report, console->setup);
    }
    if (machine != NULL) {
        report_number(&report, "stackBytes", machine->stack_bytes);
        report_number(&report, "stackUsedBytes", machine->stack_used(machine->context));
    }
    report_end(&report);
    return TERNEL_OK;
}

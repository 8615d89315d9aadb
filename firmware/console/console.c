#include "console.h"

#include "output.h"
#include "session.h"

static const struct console_settings defaults = {.temperature = 700, .top_p = 900, .seed = 1, .tokens = 256};

/// "container: hash mismatch": nothing in it needs escaping in JSON (models/errors.test.ts).
static void print_message(const struct ternel_platform *platform, enum ternel_error error) {
    output_text(platform, ternel_error_subject(error));
    output_text(platform, ": ");
    output_text(platform, ternel_error_message(error));
}

static void print_detail(const struct ternel_platform *platform, const char *detail) {
    if (detail != NULL) {
        output_text(platform, " (");
        output_text(platform, detail);
        output_text(platform, ")");
    }
}

void console_error(const struct console *console, enum ternel_error error, const char *detail) {
    const struct ternel_platform *platform = console->platform;
    if (console->settings.machine) {
        struct json json = json_begin(platform);
        json_open(&json, "error", '{');
        json_name(&json, "code");
        output_text(platform, "\"E");
        output_decimal(platform, (uint64_t)error);
        output_text(platform, "\"");
        json_name(&json, "message");
        output_text(platform, "\"");
        print_message(platform, error);
        print_detail(platform, detail);
        output_text(platform, "\"");
        json_close(&json, '}');
        json_end(&json);
        return;
    }
    output_text(platform, "E");
    output_decimal(platform, (uint64_t)error);
    output_text(platform, " ");
    print_message(platform, error);
    print_detail(platform, detail);
    output_text(platform, "\n");
}

void console_model(const struct console *console) {
    const struct ternel_platform *platform = console->platform;
    const struct ternel_engine *engine = console->setup->engine;
    if (engine == NULL) {
        output_text(platform, "Ternel: no model; `ternel upload` sends one\n");
        return;
    }
    const struct ternel_container *container = engine->container;
    output_text(platform, "Ternel: ");
    output_text(platform, container->name);
    output_text(platform, ", ");
    output_decimal(platform, ternel_container_weight_bytes_per_token(container) / 1024);
    output_text(platform, " KiB of weights a token, hash ");
    output_hexadecimal(platform, container->digest, 4);
    output_text(platform, "\n");
}

/// A few lines about what was started.
static void banner(const struct console *console) {
    const struct ternel_platform *platform = console->platform;
    const struct console_setup *setup = console->setup;
    console_model(console);
    if (setup->boot_phases != 0) {
        uint64_t total = 0;
        output_text(platform, "Boot:");
        for (uint32_t phase = 0; phase < setup->boot_phases; phase++) {
            total += setup->boot[phase].cycles;
            output_text(platform, " ");
            output_text(platform, setup->boot[phase].name);
            output_text(platform, " ");
            output_decimal(platform, setup->boot[phase].cycles);
            output_text(platform, ",");
        }
        output_text(platform, " together ");
        output_decimal(platform, total);
        output_text(platform, " cycles\n");
    }
    output_text(platform,
                setup->engine != NULL ? "Type a prompt, or /help.\n" : "/help lists the commands.\n");
}

/// Whether a plain prompt is UTF-8; what is not could not be a prompt of the other engines.
static bool is_utf8(const char *line, size_t length) {
    size_t at = 0;
    while (at < length) {
        uint32_t code_point;
        const size_t size = ternel_utf8_decode((const uint8_t *)line + at, length - at, &code_point);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

/// What there is to say beyond the error's own words, or NULL.
static const char *detail_of(const struct console *console, enum ternel_error error) {
    const struct ternel_engine *engine = console->setup->engine;
    switch (error) {
    case TERNEL_ERROR_CONSOLE_COMMAND:
        return "/help lists the commands";
    case TERNEL_ERROR_ACCELERATOR_COMMAND:
    case TERNEL_ERROR_ACCELERATOR_LIST:
    case TERNEL_ERROR_ACCELERATOR_REGION:
    case TERNEL_ERROR_ACCELERATOR_HUNG:
        return engine == NULL || engine->backend->fault == NULL
                   ? NULL
                   : engine->backend->fault(engine->backend->context);
    default:
        return console->detail;
    }
}

static void execute(struct console *console, size_t length) {
    enum ternel_error error;
    console->detail = NULL;
    if (length == 0) {
        return;
    }
    if (console->line[0] == '/') {
        error = console_command(console, console->line);
    } else if (console->setup->engine == NULL) {
        error = TERNEL_ERROR_UNINITIALISED;
    } else if (is_utf8(console->line, length)) {
        error = console_generate(console, (const uint8_t *)console->line, length);
    } else {
        error = TERNEL_ERROR_PROMPT_TEXT;
    }
    if (error != TERNEL_OK) {
        console_error(console, error, detail_of(console, error));
    }
}

int console_run(const struct console_setup *setup) {
    // Static, not on the stack, and filled field by field, so that no copy is built there: it holds a line,
    // its tokens and an answer.
    static struct console console;
    console.setup = setup;
    console.platform = setup->platform;
    console.settings = defaults;
    console.last = (struct console_usage){.stop = "end"};
    console.reader = (struct line_reader){.platform = setup->platform};
    console.quit = false;
    banner(&console);
    while (!console.quit) {
        size_t length;
        if (!console.settings.machine) {
            output_text(console.platform, ">>> ");
        }
        const bool echo = setup->echo && !console.settings.machine;
        switch (line_read(&console.reader, console.line, sizeof console.line, &length, echo)) {
        case LINE_READY:
            execute(&console, length);
            break;
        case LINE_TOO_LONG:
            console_error(&console, TERNEL_ERROR_CONSOLE_LINE, NULL);
            break;
        case LINE_CANCELLED:
            break;
        case LINE_END:
            console.quit = true;
            break;
        }
    }
    console.platform->flush(console.platform->context);
    return 0;
}

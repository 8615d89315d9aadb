// The commands: one table, one function each.
#include <string.h>

#include "arguments.h"
#include "output.h"
#include "session.h"

struct command {
    const char *name;
    const char *arguments;
    const char *help;
    bool needs_model;
    enum ternel_error (*run)(struct console *console, const char *arguments);
};

/// The answer of a command that only changes something: nothing for people,
/// `{"event":"ok","command":"/seed"}` for programs.
static enum ternel_error acknowledge(const struct console *console, const char *command) {
    if (console->settings.machine) {
        struct json json = json_event(console->platform, "ok");
        json_text(&json, "command", command);
        json_end(&json);
    }
    return TERNEL_OK;
}

static enum ternel_error seed(struct console *console, const char *at) {
    uint64_t value;
    if (!argument_number(&at, UINT64_MAX, &value) || !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    console->settings.seed = value;
    return acknowledge(console, "/seed");
}

static enum ternel_error temperature(struct console *console, const char *at) {
    uint32_t value;
    if (!argument_thousandths(&at, TERNEL_TEMPERATURE_MAX, &value) || !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    console->settings.temperature = value;
    return acknowledge(console, "/temp");
}

static enum ternel_error top_p(struct console *console, const char *at) {
    uint32_t value;
    if (!argument_thousandths(&at, TERNEL_TOP_P_MAX, &value) || value == 0 || !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    console->settings.top_p = value;
    return acknowledge(console, "/topp");
}

static enum ternel_error tokens(struct console *console, const char *at) {
    uint64_t value;
    if (!argument_number(&at, CONSOLE_TOKENS_MAX, &value) || value == 0 || !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    console->settings.tokens = (uint32_t)value;
    return acknowledge(console, "/tokens");
}

/// The CPU, which is everywhere, or one of the platform's backends. A name that some platform has but not
/// this one is another error than a name that means nothing.
static enum ternel_error set_engine(struct console *console, const char *at) {
    static const char *const elsewhere[] = {"accelerator", "matrix"};
    struct ternel_engine *engine = console->setup->engine;
    const struct ternel_backend *const *backend = console->platform->backends;
    if (engine == NULL) {
        return TERNEL_ERROR_UNINITIALISED;
    }
    if (argument_word(&at, "cpu")) {
        if (!argument_end(at)) {
            return TERNEL_ERROR_CONSOLE_VALUE;
        }
        ternel_engine_use(engine, &ternel_backend_cpu);
        return acknowledge(console, "/set");
    }
    for (; backend != NULL && *backend != NULL; backend++) {
        if (argument_word(&at, (*backend)->name)) {
            if (!argument_end(at)) {
                return TERNEL_ERROR_CONSOLE_VALUE;
            }
            ternel_engine_use(engine, *backend);
            return acknowledge(console, "/set");
        }
    }
    for (size_t index = 0; index < sizeof elsewhere / sizeof elsewhere[0]; index++) {
        if (argument_word(&at, elsewhere[index]) && argument_end(at)) {
            return TERNEL_ERROR_CONSOLE_UNSUPPORTED;
        }
    }
    return TERNEL_ERROR_CONSOLE_VALUE;
}

static enum ternel_error set_machine(struct console *console, const char *at) {
    const bool on = argument_word(&at, "on");
    if ((!on && !argument_word(&at, "off")) || !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    // Acknowledged in JSON in both directions: it is a program that asks.
    console->settings.machine = true;
    const enum ternel_error error = acknowledge(console, "/set");
    console->settings.machine = on;
    return error;
}

static enum ternel_error set(struct console *console, const char *at) {
    if (argument_word(&at, "engine")) {
        return set_engine(console, at);
    }
    if (argument_word(&at, "machine")) {
        return set_machine(console, at);
    }
    return TERNEL_ERROR_CONSOLE_VALUE;
}

/// The list of models, or another one of them.
static enum ternel_error model(struct console *console, const char *at) {
    const struct console_models *models = console->setup->models;
    uint64_t number;
    if (models == NULL) {
        console->detail = "it has one model";
        return TERNEL_ERROR_CONSOLE_UNSUPPORTED;
    }
    if (argument_end(at)) {
        models->list(models->context, console->settings.machine);
        return TERNEL_OK;
    }
    if (!argument_number(&at, UINT32_MAX, &number) || !argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    // Without a model there is nothing to go on with: whoever called the console asks for one.
    TERNEL_TRY(models->load(models->context, number, &console->quit));
    if (!console->settings.machine) {
        console_model(console);
    }
    return acknowledge(console, "/model");
}

static enum ternel_error prompt(struct console *console, const char *at) {
    size_t size;
    if (!argument_json(&at, console->text, &size) || !argument_end(at)) {
        return TERNEL_ERROR_PROMPT_TEXT;
    }
    return console_generate(console, console->text, size);
}

static enum ternel_error reboot(struct console *console, const char *at) {
    if (!argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    TERNEL_TRY(acknowledge(console, "/reboot"));
    console->platform->flush(console->platform->context);
    console->platform->reboot(console->platform->context);
    console->quit = true;
    return TERNEL_OK;
}

static enum ternel_error quit(struct console *console, const char *at) {
    if (!argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    TERNEL_TRY(acknowledge(console, "/quit"));
    console->platform->flush(console->platform->context);
    console->platform->quit(console->platform->context, 0);
    console->quit = true;
    return TERNEL_OK;
}

static enum ternel_error help(struct console *console, const char *at);

static const struct command commands[] = {
    {"/help", "", "this list", false, help},
    {"/info", "", "the model, its size and hash, the machine", false, console_info},
    {"/stats", "", "the last answer, the boot, memory and stack", false, console_stats},
    {"/model", "[N]", "the models here; another one, by its number", true, model},
    {"/prompt", "\"TEXT\"", "answer to any text, as a JSON string", true, prompt},
    {"/seed", "N", "seed of the random numbers", false, seed},
    {"/temp", "T", "temperature, 0 (always the likeliest) to 10", false, temperature},
    {"/topp", "P", "choose among the likeliest tokens that make up P, 0.001 to 1", false, top_p},
    {"/tokens", "N", "most tokens of an answer, 1 to 4096", false, tokens},
    {"/set", "engine accelerator|matrix|cpu",
     "who computes; matrix: the CPU, with the accelerator for matrices", false, set},
    {"/set", "machine on|off", "JSON lines for programs", false, set},
    {"/bench", "[decode N]", "measure N tokens (16)", true, console_bench},
    {"/bench", "prefill ID...", "measure the reading of these tokens", true, console_bench},
    {"/bench", "block", "measure the layers alone, for one token", true, console_bench},
    {"/bench", "matvec ROWS COLUMNS", "measure one matrix on the accelerator", true, console_bench},
    {"/flash", "", "the flash and its regions; `ternel upload` changes them", false, console_flash},
    {"/reboot", "", "restart from flash", false, reboot},
    {"/quit", "", "end the program or the simulation", false, quit},
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0], HELP_COLUMN = 36 };

_Static_assert(CONSOLE_TOKENS_MAX == 4096, "the help text names this number");

static enum ternel_error help(struct console *console, const char *at) {
    const struct ternel_platform *platform = console->platform;
    if (!argument_end(at)) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    if (console->settings.machine) {
        return acknowledge(console, "/help");
    }
    for (size_t index = 0; index < COMMAND_COUNT; index++) {
        const struct command *command = &commands[index];
        output_text(platform, command->name);
        output_text(platform, " ");
        output_text(platform, command->arguments);
        for (size_t at_column = strlen(command->name) + 1 + strlen(command->arguments);
             at_column < HELP_COLUMN; at_column++) {
            output_text(platform, " ");
        }
        output_text(platform, command->help);
        output_text(platform, "\n");
    }
    output_text(platform, "Anything else is a prompt. Ctrl+C stops an answer.\n");
    return TERNEL_OK;
}

enum ternel_error console_command(struct console *console, const char *line) {
    for (size_t index = 0; index < COMMAND_COUNT; index++) {
        const char *at = line;
        if (argument_word(&at, commands[index].name)) {
            return commands[index].needs_model && console->setup->engine == NULL
                       ? TERNEL_ERROR_UNINITIALISED
                       : commands[index].run(console, at);
        }
    }
    return TERNEL_ERROR_CONSOLE_COMMAND;
}

// A prompt in, an answer out.
#include "output.h"
#include "session.h"
#include "text_stream.h"

/// One whole character for a terminal: control characters that a model might write must not steer it.
static void emit_visible(void *context, const uint8_t *bytes, size_t size) {
    const struct ternel_platform *platform = context;
    static const uint8_t replacement[] = {0xef, 0xbf, 0xbd};
    const bool control = bytes[0] < 0x20 || bytes[0] == 0x7f;
    if (control && bytes[0] != '\n' && bytes[0] != '\t') {
        output_bytes(platform, replacement, sizeof replacement);
    } else {
        output_bytes(platform, bytes, size);
    }
}

/// One whole character inside a JSON string.
static void emit_escaped(void *context, const uint8_t *bytes, size_t size) {
    json_escaped(context, bytes, size);
}

static struct text_stream stream_to(const struct ternel_platform *platform,
                                    void (*emit)(void *, const uint8_t *, size_t)) {
    // The platform's functions take their own context; nothing here changes the platform.
    return (struct text_stream){.emit = emit, .context = (void *)(uintptr_t)platform};
}

static void stream_token(struct text_stream *stream, const struct ternel_container *container,
                         uint32_t token) {
    const uint8_t *text;
    const size_t size = ternel_tokenizer_text(container, token, &text);
    text_stream_put(stream, text, size);
}

/// The closing event of the machine mode.
static void print_run(struct console *console, struct ternel_run *run) {
    const struct console_usage *usage = &console->last;
    uint8_t hash[TERNEL_SHA256_BYTES];
    ternel_run_logits_hash(run, hash);
    struct json json = json_event(console->platform, "run");
    json_open(&json, "tokens", '[');
    for (uint32_t at = 0; at < usage->tokens; at++) {
        json_element(&json, console->answer[at]);
    }
    json_close(&json, ']');
    json_name(&json, "text");
    output_text(console->platform, "\"");
    struct text_stream stream = stream_to(console->platform, emit_escaped);
    for (uint32_t at = 0; at < usage->tokens; at++) {
        stream_token(&stream, console->setup->engine->container, console->answer[at]);
    }
    text_stream_end(&stream);
    output_text(console->platform, "\"");
    json_text(&json, "stop", usage->stop);
    json_number(&json, "promptTokens", usage->prompt_tokens);
    json_hexadecimal(&json, "logitsHash", hash, sizeof hash);
    json_number(&json, "cycles", usage->cycles);
    json_number(&json, "promptCycles", usage->prompt_cycles);
    json_number(&json, "acceleratorCycles", usage->accelerator_cycles);
    json_end(&json);
}

/// Feeds the prompt; stops early, with *interrupted, at Ctrl+C.
static enum ternel_error feed(struct console *console, struct ternel_run *run, size_t count,
                              bool *interrupted) {
    for (size_t at = 0; at < count && !*interrupted; at++) {
        TERNEL_TRY(ternel_run_feed(run, console->prompt[at]));
        *interrupted = line_interrupted(&console->reader);
    }
    return TERNEL_OK;
}

/// Makes and shows tokens until the end of text, the limit, or Ctrl+C.
static enum ternel_error answer(struct console *console, struct ternel_run *run, struct text_stream *stream) {
    struct console_usage *usage = &console->last;
    usage->stop = "length";
    while (usage->tokens < console->settings.tokens) {
        uint32_t token;
        bool end;
        TERNEL_TRY(ternel_run_next(run, &token, &end));
        if (end) {
            usage->stop = "end";
            break;
        }
        console->answer[usage->tokens++] = token;
        if (console->settings.machine) {
            struct json json = json_event(console->platform, "token");
            json_number(&json, "id", token);
            json_end(&json);
        } else {
            stream_token(stream, console->setup->engine->container, token);
            console->platform->flush(console->platform->context);
        }
        if (line_interrupted(&console->reader)) {
            usage->stop = "interrupt";
            break;
        }
    }
    return TERNEL_OK;
}

enum ternel_error console_generate(struct console *console, const uint8_t *prompt, size_t size) {
    const struct ternel_platform *platform = console->platform;
    const struct console_settings *settings = &console->settings;
    struct ternel_engine *engine = console->setup->engine;
    const uint64_t start = platform->cycles(platform->context);
    const uint64_t accelerator_start = platform->accelerator_cycles(platform->context);
    struct ternel_run run;
    size_t count;
    bool interrupted = false;
    console->last = (struct console_usage){.stop = "interrupt"};

    TERNEL_TRY(ternel_tokenizer_encode(engine->container, prompt, size, console->prompt, console->answer,
                                       CONSOLE_LINE_BYTES, &count));
    TERNEL_TRY(ternel_run_start(&run, engine, settings->temperature, settings->top_p, settings->seed,
                                settings->machine ? &platform->sha256 : NULL));
    TERNEL_TRY(feed(console, &run, count, &interrupted));
    console->last.prompt_tokens = run.prompt_tokens;
    console->last.prompt_cycles = platform->cycles(platform->context) - start;

    struct text_stream stream = stream_to(platform, emit_visible);
    enum ternel_error error = TERNEL_OK;
    if (!interrupted) {
        error = answer(console, &run, &stream);
    }
    console->last.cycles = platform->cycles(platform->context) - start;
    console->last.accelerator_cycles = platform->accelerator_cycles(platform->context) - accelerator_start;
    if (settings->machine) {
        TERNEL_TRY(error);
        print_run(console, &run);
        return TERNEL_OK;
    }
    text_stream_end(&stream);
    output_text(platform, "\n");
    TERNEL_TRY(error);
    output_text(platform, "[");
    console_print_usage(console);
    output_text(platform, ", stop: ");
    output_text(platform, console->last.stop);
    output_text(platform, "]\n");
    return TERNEL_OK;
}

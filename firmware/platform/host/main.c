// The engine as a program on a PC: the same console as on the SoC, and the two things that tools ask of a
// model.
//
//     ternel-host --model FILE             the console on standard input and output
//     ternel-host --model FILE --score     negative log likelihoods of given tokens (score.h)
//     ternel-host --model FILE --check     opens the container and says what it is, or its error, as JSON
//
// Exit status: 0; 1 for an error of the model or the engine; 2 for a wrong command line.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console.h"
#include "engine.h"
#include "model_file.h"
#include "score.h"
#include "terminal.h"

enum mode { MODE_CONSOLE, MODE_SCORE, MODE_CHECK };

struct arguments {
    const char *model;
    enum mode mode;
};

static bool parse_arguments(int count, char **words, struct arguments *arguments) {
    *arguments = (struct arguments){.mode = MODE_CONSOLE};
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--model") == 0 && i + 1 < count) {
            arguments->model = words[++i];
        } else if (strcmp(words[i], "--score") == 0) {
            arguments->mode = MODE_SCORE;
        } else if (strcmp(words[i], "--check") == 0) {
            arguments->mode = MODE_CHECK;
        } else {
            return false;
        }
    }
    return arguments->model != NULL;
}

/// Prints an error where the mode's reader looks for it, and gives the exit status.
static int report(enum ternel_error error, enum mode mode) {
    const char *subject = ternel_error_subject(error);
    const char *message = ternel_error_message(error);
    if (mode == MODE_CHECK) {
        printf("{\"error\":{\"code\":\"E%04d\",\"message\":\"%s: %s\"}}\n", (int)error, subject, message);
    }
    fprintf(stderr, "E%04d %s: %s\n", (int)error, subject, message);
    return EXIT_FAILURE;
}

/// `{"ok":true,...}`. The name is printable ASCII: only quotes and backslashes need an escape.
static int print_check(const struct ternel_container *container) {
    const struct ternel_shape *shape = &container->shape;
    printf("{\"ok\":true,\"name\":\"");
    for (const char *c = container->name; *c != 0; c++) {
        printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    printf("\",\"vocabulary\":%u,\"dimension\":%u,\"layers\":%u,\"intermediate\":%u,\"columnAlign\":%u,"
           "\"totalBytes\":%u}\n",
           shape->vocabulary, shape->dimension, shape->layers, shape->intermediate, shape->column_align,
           shape->total_bytes);
    return EXIT_SUCCESS;
}

/// Everything behind an open container.
static int run(const struct ternel_container *container, const struct ternel_platform *platform,
               enum mode mode) {
    if (mode == MODE_CHECK) {
        return print_check(container);
    }
    struct ternel_engine engine;
    size_t arena_bytes = 0;
    void *arena = NULL;
    enum ternel_error error = ternel_engine_memory(container, &arena_bytes);
    if (error == TERNEL_OK && posix_memalign(&arena, 64, arena_bytes) != 0) {
        error = TERNEL_ERROR_ENGINE_ARENA;
    }
    if (error == TERNEL_OK) {
        error = ternel_engine_init(&engine, container, arena, arena_bytes, &ternel_backend_cpu);
    }
    int status = EXIT_SUCCESS;
    if (error == TERNEL_OK && mode == MODE_SCORE) {
        error = score_sequences(&engine, stdin, stdout);
    } else if (error == TERNEL_OK) {
        struct console_setup setup = {
            .platform = platform,
            .engine = &engine,
            .arena_bytes = arena_bytes,
            .machine = NULL,
            .echo = false,
        };
        terminal_catch_interrupts();
        status = console_run(&setup);
        fflush(stdout);
    }
    free(arena);
    return error == TERNEL_OK ? status : report(error, mode);
}

int main(int count, char **words) {
    struct arguments arguments;
    if (!parse_arguments(count, words, &arguments)) {
        fprintf(stderr, "usage: ternel-host --model FILE [--score | --check]\n");
        return 2;
    }
    struct terminal terminal;
    struct ternel_platform platform;
    struct model_file file;
    struct ternel_container container;
    terminal_open(&terminal, &platform);
    enum ternel_error error = model_file_open(arguments.model, &file);
    if (error == TERNEL_OK) {
        error = ternel_container_open(&container, file.bytes, file.size, &platform.sha256);
    }
    int status =
        error == TERNEL_OK ? run(&container, &platform, arguments.mode) : report(error, arguments.mode);
    model_file_close(&file);
    return status;
}

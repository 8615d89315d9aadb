// The engine as a program on a PC: the same console as on the SoC, and the two things that tools ask of a
// model.
//
//     ternel-host --model FILE             the console on standard input and output
//     ternel-host --model FILE --score     negative log likelihoods of given tokens (score.h)
//     ternel-host --model FILE --check     opens the container and says what it is, or its error, as JSON
//
// --threads N: how many cores compute (default: as many as there are and the model is worth). --kernel NAME:
// whose instructions (default: the best that this processor has; "cpu": the engine without kernels, on one
// core). The answers are the same.
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
#include "native_backend.h"
#include "reading.h"
#include "score.h"
#include "terminal.h"

enum mode { MODE_CONSOLE, MODE_SCORE, MODE_CHECK };

static const char cpu_name[] = "cpu";

struct arguments {
    const char *model;
    const char *kernel; ///< NULL: the best
    uint32_t threads;   ///< 0: as many as are worth it
    enum mode mode;
};

/// A whole number 1..most.
static bool parse_number(const char *text, uint32_t most, uint32_t *number) {
    char *end = NULL;
    const unsigned long value = strtoul(text, &end, 10);
    *number = (uint32_t)value;
    return *text >= '0' && *text <= '9' && *end == 0 && value >= 1 && value <= most;
}

/// Whether --kernel names something that can run here.
static bool kernel_runs(const char *name) {
    return native_kernel(name) != NULL || (name != NULL && strcmp(name, cpu_name) == 0);
}

static bool parse_arguments(int count, char **words, struct arguments *arguments) {
    *arguments = (struct arguments){.mode = MODE_CONSOLE};
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--model") == 0 && i + 1 < count) {
            arguments->model = words[++i];
        } else if (strcmp(words[i], "--kernel") == 0 && i + 1 < count) {
            arguments->kernel = words[++i];
        } else if (strcmp(words[i], "--threads") == 0 && i + 1 < count) {
            if (!parse_number(words[++i], TERNEL_WORKERS_MAX, &arguments->threads)) {
                return false;
            }
        } else if (strcmp(words[i], "--score") == 0) {
            arguments->mode = MODE_SCORE;
        } else if (strcmp(words[i], "--check") == 0) {
            arguments->mode = MODE_CHECK;
        } else {
            return false;
        }
    }
    return arguments->model != NULL && kernel_runs(arguments->kernel);
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

/// Console or scores, by an engine that is ready.
TERNEL_MUST_CHECK
static enum ternel_error serve(struct ternel_engine *engine, const struct ternel_platform *platform,
                               size_t memory_bytes, enum mode mode) {
    if (mode == MODE_SCORE) {
        return score_sequences(engine, stdin, stdout);
    }
    const struct console_setup setup = {
        .platform = platform,
        .engine = engine,
        .arena_bytes = memory_bytes,
        .machine = NULL,
        .reading = &console_reading,
        .echo = false,
    };
    terminal_catch_interrupts();
    (void)console_run(&setup); // /quit ends the program itself, with its own status
    fflush(stdout);
    return TERNEL_OK;
}

/// The same, after the fast backend has its memory and its threads; without a kernel that is the CPU's.
TERNEL_MUST_CHECK
static enum ternel_error serve_fast(struct ternel_engine *engine, struct ternel_platform *platform,
                                    size_t memory_bytes, const struct arguments *arguments) {
    static struct native_backend native;
    const struct ternel_kernel *kernel = native_kernel(arguments->kernel);
    if (kernel == NULL) {
        return serve(engine, platform, memory_bytes, arguments->mode);
    }
    const uint32_t workers = arguments->threads != 0
                                 ? arguments->threads
                                 : native_workers(engine->container, worker_threads_available());
    TERNEL_TRY(native_backend_open(&native, engine->container, kernel, workers));
    const struct ternel_backend *const backends[] = {&native.forward.backend, NULL};
    platform->backends = backends;
    ternel_engine_use(engine, backends[0]);
    const enum ternel_error error =
        serve(engine, platform, memory_bytes + native.memory_bytes, arguments->mode);
    platform->backends = NULL;
    native_backend_close(&native);
    return error;
}

/// Everything behind an open container.
static int run(const struct ternel_container *container, struct ternel_platform *platform,
               const struct arguments *arguments) {
    if (arguments->mode == MODE_CHECK) {
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
    if (error == TERNEL_OK) {
        error = serve_fast(&engine, platform, arena_bytes, arguments);
    }
    free(arena);
    return error == TERNEL_OK ? EXIT_SUCCESS : report(error, arguments->mode);
}

int main(int count, char **words) {
    struct arguments arguments;
    if (!parse_arguments(count, words, &arguments)) {
        fprintf(stderr, "usage: ternel-host --model FILE [--score | --check] [--threads N] [--kernel "
                        "NAME]\nkernels here: cpu");
        for (const struct ternel_kernel *const *kernel = ternel_kernels; *kernel != NULL; kernel++) {
            fprintf(stderr, native_kernel((*kernel)->name) == NULL ? "" : " %s", (*kernel)->name);
        }
        fprintf(stderr, "\n");
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
    int status = error == TERNEL_OK ? run(&container, &platform, &arguments) : report(error, arguments.mode);
    model_file_close(&file);
    return status;
}

// ternel-bench: tokens and bytes a second of every kernel with any number of cores, beside what the machine's
// memory gives to a plain reader in the same seconds. Lines of JSON on standard output: the model, then one
// for each kernel and number of cores.
//
//     ternel-bench --model FILE [--kernels A,B] [--threads 1,2] [--prefill N] [--milliseconds N]
//
// Reading, the arithmetic alone, single tokens and prompts take turns, so that what else runs on the machine
// disturbs all alike. The logits after a prompt are compared with those of the engine without kernels.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "engine.h"
#include "model_file.h"
#include "native_backend.h"
#include "peak.h"
#include "samples.h"
#include "sha256_nettle.h"

enum { DECODE_TURNS = 4, CHECK_TOKENS = 3, LIST_MAX = 16, MILLION = 1000000 };

struct arguments {
    const char *model;
    const char *kernels; ///< NULL: all that run here
    uint32_t threads[LIST_MAX];
    uint32_t thread_counts;
    uint32_t prefill;
    uint32_t milliseconds;
};

/// What was measured with one kernel and one number of workers.
struct result {
    struct samples streaming;
    struct samples decode;
    struct samples prefill;
    struct samples peak; ///< of the kernel's arithmetic alone
    /// In a turn, parts per million: products of a prompt to those of the arithmetic alone, each for a second
    /// of this process's computing.
    struct samples peak_shares;
    struct samples
        shares; ///< in a turn, parts per million: bytes a second of the best token to those of reading
    uint64_t load_nanoseconds;
    bool equal;
};

static bool parse_number(const char *text, uint32_t most, uint32_t *number, char **end) {
    const unsigned long value = strtoul(text, end, 10);
    *number = (uint32_t)value;
    return *text >= '0' && *text <= '9' && value >= 1 && value <= most;
}

static bool parse_threads(char *text, struct arguments *arguments) {
    arguments->thread_counts = 0;
    while (arguments->thread_counts < LIST_MAX &&
           parse_number(text, TERNEL_WORKERS_MAX, &arguments->threads[arguments->thread_counts], &text)) {
        arguments->thread_counts++;
        if (*text == 0) {
            return true;
        }
        text++;
    }
    return false;
}

static bool parse_arguments(int count, char **words, struct arguments *arguments) {
    const uint32_t cores = worker_threads_available();
    *arguments = (struct arguments){
        .threads = {1, cores}, .thread_counts = cores > 1 ? 2 : 1, .prefill = 64, .milliseconds = 1500};
    for (int i = 1; i < count; i += 2) {
        char *end = NULL;
        char *value = i + 1 < count ? words[i + 1] : NULL;
        if (value == NULL) {
            return false;
        }
        if (strcmp(words[i], "--model") == 0) {
            arguments->model = value;
        } else if (strcmp(words[i], "--kernels") == 0) {
            arguments->kernels = value;
        } else if (strcmp(words[i], "--threads") == 0) {
            if (!parse_threads(value, arguments)) {
                return false;
            }
        } else if (strcmp(words[i], "--prefill") == 0) {
            if (!parse_number(value, TERNEL_COLUMNS_MAX, &arguments->prefill, &end) || *end != 0) {
                return false;
            }
        } else if (strcmp(words[i], "--milliseconds") == 0) {
            if (!parse_number(value, 600000, &arguments->milliseconds, &end) || *end != 0) {
                return false;
            }
        } else {
            return false;
        }
    }
    return arguments->model != NULL;
}

/// Whether a list of names, separated by commas, has this one; NULL has all.
static bool listed(const char *list, const char *name) {
    const size_t length = strlen(name);
    while (list != NULL) {
        if (strncmp(list, name, length) == 0 && (list[length] == ',' || list[length] == 0)) {
            return true;
        }
        list = strchr(list, ',');
        if (list == NULL) {
            return false;
        }
        list++;
    }
    return true;
}

/// Tokens from all over the vocabulary.
static uint32_t some_token(const struct ternel_engine *engine, uint32_t index) {
    return (uint32_t)((uint64_t)index * 7919 % engine->container->shape.vocabulary);
}

TERNEL_MUST_CHECK
static enum ternel_error timed_advance(struct ternel_engine *engine, uint32_t first, uint32_t count,
                                       struct samples *samples) {
    uint32_t tokens[TERNEL_COLUMNS_MAX];
    for (uint32_t i = 0; i < count; i++) {
        tokens[i] = some_token(engine, first + i);
    }
    const uint64_t nanoseconds = clock_nanoseconds();
    const uint64_t cycles = clock_cycles();
    TERNEL_TRY(ternel_engine_advance(engine, tokens, count, true));
    if (samples != NULL) {
        samples_add(samples, clock_nanoseconds() - nanoseconds, clock_cycles() - cycles);
    }
    return TERNEL_OK;
}

/// The hash of the logits after a short prompt.
TERNEL_MUST_CHECK
static enum ternel_error hash_logits(struct ternel_engine *engine, uint8_t digest[TERNEL_SHA256_BYTES]) {
    struct sha256_ctx state;
    const struct ternel_sha256 sha256 = sha256_nettle(&state);
    ternel_engine_reset(engine);
    TERNEL_TRY(timed_advance(engine, 1, CHECK_TOKENS, NULL));
    TERNEL_TRY(timed_advance(engine, 1 + CHECK_TOKENS, 1, NULL));
    sha256.start(sha256.context);
    ternel_engine_hash_logits(engine, &sha256);
    sha256.finish(sha256.context, digest);
    return TERNEL_OK;
}

/// The time of the better of two ways to read all weights.
static uint64_t time_streaming(struct native_backend *native, struct samples *samples) {
    uint64_t best = UINT64_MAX;
    const struct ternel_backend *backend = &native->forward.backend;
    for (int prefetch = 0; prefetch < 2; prefetch++) {
        const uint64_t nanoseconds = clock_nanoseconds();
        const uint64_t cycles = clock_cycles();
        (void)backend->read_weights(backend->context, prefetch != 0);
        const uint64_t took = clock_nanoseconds() - nanoseconds;
        samples_add(samples, took, clock_cycles() - cycles);
        best = took < best ? took : best;
    }
    return best;
}

/// A prompt, and where the kernel has one its arithmetic alone behind it.
TERNEL_MUST_CHECK
static enum ternel_error measure_prompt(struct ternel_engine *engine, struct native_backend *native,
                                        uint32_t first, uint32_t count, struct result *result) {
    const uint64_t computing = clock_process_nanoseconds();
    TERNEL_TRY(timed_advance(engine, first, count, &result->prefill));
    const uint64_t computed = clock_process_nanoseconds() - computing;
    if (native->forward.kernel->peak != NULL) {
        const double prompt =
            (double)prompt_products(native->forward.kernel, &engine->container->shape, count) /
            (double)computed;
        samples_add(&result->peak_shares,
                    (uint64_t)(prompt /
                               peak_measure(&native->threads.workers, native->forward.kernel, &result->peak) *
                               MILLION),
                    0);
    }
    return TERNEL_OK;
}

/// The best of the last `count` times.
static uint64_t best_of_last(const struct samples *samples, uint32_t count) {
    uint64_t best = UINT64_MAX;
    for (uint32_t i = samples->count - count; i < samples->count; i++) {
        best = samples->nanoseconds[i] < best ? samples->nanoseconds[i] : best;
    }
    return best;
}

TERNEL_MUST_CHECK
static enum ternel_error measure(struct ternel_engine *engine, struct native_backend *native,
                                 const struct arguments *arguments, const uint8_t *expected,
                                 struct result *result) {
    uint8_t digest[TERNEL_SHA256_BYTES];
    ternel_engine_use(engine, &native->forward.backend);
    TERNEL_TRY(hash_logits(engine, digest));
    result->equal = memcmp(digest, expected, sizeof digest) == 0;
    const uint64_t end = clock_nanoseconds() + (uint64_t)arguments->milliseconds * 1000000;
    uint32_t token = 0;
    do {
        const uint64_t reading = time_streaming(native, &result->streaming);
        for (int i = 0; i < DECODE_TURNS; i++) {
            TERNEL_TRY(timed_advance(engine, token++, 1, &result->decode));
        }
        samples_add(&result->shares, reading * 1000000 / best_of_last(&result->decode, DECODE_TURNS), 0);
        if (arguments->prefill > 1) {
            TERNEL_TRY(measure_prompt(engine, native, token, arguments->prefill, result));
        }
    } while (clock_nanoseconds() < end);
    return TERNEL_OK;
}

static void print_result(const struct native_backend *native, const struct arguments *arguments,
                         const struct result *result) {
    const struct ternel_shape *shape = &native->forward.container->shape;
    const struct ternel_forward *forward = &native->forward;
    printf("{\"kernel\":\"%s\",\"threads\":%u,\"weightBytes\":%zu,\"loadSeconds\":%.3f,\"equal\":%s",
           forward->kernel->name, forward->workers->count, forward->weight_bytes,
           (double)result->load_nanoseconds / 1e9, result->equal ? "true" : "false");
    printf(",\"ofStreaming\":%.3f", (double)samples_nanoseconds(&result->shares, 50) / 1e6);
    samples_print("streaming", &result->streaming, 0, forward->weight_bytes, 0);
    samples_print("decode", &result->decode, 1, forward->weight_bytes, 0);
    if (arguments->prefill > 1) {
        samples_print("prefill", &result->prefill, arguments->prefill, 0,
                      prompt_products(forward->kernel, shape, arguments->prefill));
    }
    if (result->peak.count != 0) {
        samples_print("peak", &result->peak, 0, 0, peak_products(forward->kernel, forward->workers->count));
        printf(",\"ofPeak\":%.3f", (double)samples_nanoseconds(&result->peak_shares, 50) / MILLION);
    }
    printf("}\n");
    fflush(stdout);
}

TERNEL_MUST_CHECK
static enum ternel_error bench_all(struct ternel_engine *engine, const struct arguments *arguments) {
    static struct native_backend native;
    static struct result result;
    uint8_t expected[TERNEL_SHA256_BYTES];
    const struct ternel_shape *shape = &engine->container->shape;
    TERNEL_TRY(hash_logits(engine, expected));
    printf("{\"model\":\"%s\",\"dimension\":%u,\"layers\":%u,\"intermediate\":%u,\"vocabulary\":%u,"
           "\"containerWeightBytes\":%u,\"cores\":%u}\n",
           engine->container->name, shape->dimension, shape->layers, shape->intermediate, shape->vocabulary,
           ternel_container_weight_bytes_per_token(engine->container), worker_threads_available());
    fflush(stdout);
    for (const struct ternel_kernel *const *kernel = ternel_kernels; *kernel != NULL; kernel++) {
        if (native_kernel((*kernel)->name) == NULL || !listed(arguments->kernels, (*kernel)->name)) {
            continue;
        }
        for (uint32_t i = 0; i < arguments->thread_counts; i++) {
            memset(&result, 0, sizeof result);
            const uint64_t start = clock_nanoseconds();
            TERNEL_TRY(native_backend_open(&native, engine->container, *kernel, arguments->threads[i]));
            result.load_nanoseconds = clock_nanoseconds() - start;
            const enum ternel_error error = measure(engine, &native, arguments, expected, &result);
            if (error == TERNEL_OK) {
                print_result(&native, arguments, &result);
            }
            native_backend_close(&native);
            TERNEL_TRY(error);
        }
    }
    return TERNEL_OK;
}

TERNEL_MUST_CHECK
static enum ternel_error run(const struct arguments *arguments) {
    struct sha256_ctx state;
    const struct ternel_sha256 sha256 = sha256_nettle(&state);
    struct model_file file;
    struct ternel_container container;
    struct ternel_engine engine;
    size_t bytes = 0;
    void *arena = NULL;
    TERNEL_TRY(model_file_open(arguments->model, &file));
    TERNEL_TRY(ternel_container_open(&container, file.bytes, file.size, &sha256));
    TERNEL_TRY(ternel_engine_memory(&container, &bytes));
    if (posix_memalign(&arena, 64, bytes) != 0) {
        return TERNEL_ERROR_ENGINE_ARENA;
    }
    TERNEL_TRY(ternel_engine_init(&engine, &container, arena, bytes, &ternel_backend_cpu));
    TERNEL_TRY(bench_all(&engine, arguments));
    free(arena);
    model_file_close(&file);
    return TERNEL_OK;
}

int main(int count, char **words) {
    struct arguments arguments;
    if (!parse_arguments(count, words, &arguments)) {
        fprintf(stderr, "usage: ternel-bench --model FILE [--kernels A,B] [--threads 1,2] [--prefill N] "
                        "[--milliseconds N]\n");
        return 2;
    }
    const enum ternel_error error = run(&arguments);
    if (error != TERNEL_OK) {
        fprintf(stderr, "E%04d %s: %s\n", (int)error, ternel_error_subject(error),
                ternel_error_message(error));
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

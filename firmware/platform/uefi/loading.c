#include "loading.h"

#include "cpu_features.h"
#include "forward.h"
#include "memory.h"
#include "other_cores.h"
#include "processor.h"
#include "speed.h"

enum {
    /// A worker reads so many bytes in about 0.2 ms, as long as a token's barriers take.
    BYTES_A_WORKER = 2 << 20,
    /// The speed is measured for so long on one core, then on all.
    SPEED_MILLISECONDS = 50,
    TENTHS = 10,
};

static struct ternel_platform *platform;
static const struct settings *settings;
static const struct models *models;

static struct ternel_container container;
static struct ternel_engine engine;
static uint64_t engine_bytes;
static struct ternel_workers workers;
static uint32_t worker_count; ///< of the loaded model; 0 without one
static struct ternel_forward forward;
static const struct ternel_backend *backends[2];
static uint32_t cores; ///< that can work for us, this one included
/// Bytes of weights a second on one core and on all; 0: not measured.
static uint64_t speed_of_one;
static uint64_t speed_of_all;

void loading_open(struct ternel_platform *machine, const struct settings *wanted, const struct models *list) {
    platform = machine;
    settings = wanted;
    models = list;
    platform->backends = backends;
    cores = other_cores_count();
}

/// As many as are set, else those that are worth their waiting for each other.
static uint32_t workers_wanted(const struct ternel_container *header) {
    if (settings->cores != 0) {
        return settings->cores < cores ? settings->cores : cores;
    }
    const uint32_t useful = ternel_container_weight_bytes_per_token(header) / BYTES_A_WORKER;
    return useful == 0 ? 1 : useful < cores ? useful : cores;
}

/// The one that is set, else the best for such cores; NULL where these cannot run the one that is set.
static const struct ternel_kernel *kernel_wanted(uint32_t features) {
    if (settings->kernel == NULL) {
        return ternel_kernel_best(features);
    }
    return (settings->kernel->features & ~features) == 0 ? settings->kernel : NULL;
}

TERNEL_MUST_CHECK
static enum ternel_error take(size_t bytes, void **memory) {
    *memory = memory_take(bytes);
    return *memory == NULL ? TERNEL_ERROR_IMAGE_MODEL_MEMORY : TERNEL_OK;
}

/// The kernel and its workers.
TERNEL_MUST_CHECK
static enum ternel_error open_forward(void) {
    void *memory;
    worker_count = workers_wanted(&container);
    const struct ternel_kernel *kernel = kernel_wanted(other_cores_start(&workers, worker_count));
    if (kernel == NULL) {
        return TERNEL_ERROR_CONSOLE_UNSUPPORTED;
    }
    const size_t bytes = ternel_forward_memory(&container, kernel, workers.count, TERNEL_COLUMNS_MAX);
    TERNEL_TRY(take(bytes, &memory));
    TERNEL_TRY(
        ternel_forward_open(&forward, &container, kernel, &workers, TERNEL_COLUMNS_MAX, memory, bytes));
    engine_bytes += bytes;
    backends[0] = &forward.backend;
    ternel_engine_use(&engine, backends[0]);
    return TERNEL_OK;
}

TERNEL_MUST_CHECK
static enum ternel_error first_token(void) {
    TERNEL_TRY(ternel_engine_advance(&engine, &container.shape.start_token, 1, true));
    (void)ternel_engine_best(&engine);
    ternel_engine_reset(&engine);
    return TERNEL_OK;
}

enum ternel_error loading_load(const struct model *model, struct boot_phases *phases) {
    void *file;
    void *arena;
    size_t bytes;
    TERNEL_TRY(model->error);
    other_cores_stop();
    worker_count = 0;
    backends[0] = NULL;
    memory_reset();
    TERNEL_TRY(take(model_memory(model), &file));
    TERNEL_TRY(models_read(models, model, file));
    boot_phases_end(phases, "read");
    TERNEL_TRY(ternel_container_open(&container, file, model->bytes, &platform->sha256));
    boot_phases_end(phases, "verify");
    TERNEL_TRY(ternel_engine_memory(&container, &bytes));
    TERNEL_TRY(take(bytes, &arena));
    TERNEL_TRY(ternel_engine_init(&engine, &container, arena, bytes, &ternel_backend_cpu));
    engine_bytes = bytes;
    if (!settings->plain_engine) {
        TERNEL_TRY(open_forward());
    }
    boot_phases_end(phases, "repack");
    TERNEL_TRY(first_token());
    boot_phases_end(phases, "token");
    return TERNEL_OK;
}

struct ternel_engine *loading_engine(void) {
    return &engine;
}

uint64_t loading_engine_bytes(void) {
    return engine_bytes;
}

static uint64_t measure(uint32_t count, uint8_t *memory, size_t bytes) {
    const struct ternel_kernel *kernel = kernel_wanted(other_cores_start(&workers, count));
    const uint64_t ticks = platform->cycles_per_second / 1000 * SPEED_MILLISECONDS;
    const uint64_t speed =
        kernel == NULL ? 0
                       : speed_measure(kernel, &workers, memory, bytes, ticks, platform->cycles_per_second);
    other_cores_stop();
    return speed;
}

void loading_measure_speed(void) {
    if (speed_of_one != 0) {
        return;
    }
    size_t bytes = memory_left();
    bytes = bytes < SPEED_MEMORY_BYTES ? bytes : SPEED_MEMORY_BYTES;
    uint8_t *memory = bytes < SPEED_MEMORY_LEAST ? NULL : memory_take(bytes);
    if (memory == NULL) {
        return;
    }
    other_cores_stop();
    speed_of_one = measure(1, memory, bytes);
    speed_of_all = cores == 1 ? speed_of_one : measure(cores, memory, bytes);
    memory_give_back(memory);
    if (worker_count != 0) {
        (void)other_cores_start(&workers, worker_count);
    }
}

struct expectation loading_expect(const struct model *model) {
    size_t bytes = 0;
    const struct ternel_container *header = &model->header;
    const uint32_t features = ternel_cpu_features();
    const struct ternel_kernel *kernel = kernel_wanted(features);
    const uint32_t count = workers_wanted(header);
    const bool sized = kernel != NULL && ternel_engine_memory(header, &bytes) == TERNEL_OK;
    if (!sized) {
        return (struct expectation){.memory_bytes = 0};
    }
    // Between one core and all of them memory gives what it gives: a straight line is near enough.
    const uint64_t more = speed_of_all > speed_of_one ? speed_of_all - speed_of_one : 0;
    const uint64_t speed = speed_of_one + (cores > 1 ? more * (count - 1) / (cores - 1) : 0);
    return (struct expectation){
        .memory_bytes =
            model_memory(model) + bytes + ternel_forward_memory(header, kernel, count, TERNEL_COLUMNS_MAX),
        .tokens_per_second = speed * TENTHS / ternel_forward_weight_bytes(header, kernel),
    };
}

// The engine as a UEFI application: finds models, loads one, and runs the console. Nothing is left to an
// operating system, and boot services stay: files, blocks, keys and the other cores are theirs.
#include <string.h>

#include "console.h"
#include "cpu_features.h"
#include "forward.h"
#include "memory.h"
#include "menu.h"
#include "models.h"
#include "other_cores.h"
#include "output.h"
#include "processor.h"
#include "settings.h"
#include "system.h"
#include "terminal.h"
#include "trust.h"

/// A worker reads so many bytes in about 0.2 ms, as long as a token's barriers take.
enum { BYTES_A_WORKER = 2 << 20 };

static struct ternel_platform platform;
static struct models models;
static struct ternel_container container;
static struct ternel_engine engine;
static struct ternel_workers workers;
static struct ternel_forward forward;
static const struct ternel_backend *backends[2];
static struct settings settings;
static uint32_t cores; ///< that can work for us, this one included

/// As many as are set, else those that are worth their waiting for each other.
static uint32_t workers_wanted(void) {
    if (settings.cores != 0) {
        return settings.cores < cores ? settings.cores : cores;
    }
    const uint32_t useful = ternel_container_weight_bytes_per_token(&container) / BYTES_A_WORKER;
    return useful == 0 ? 1 : useful < cores ? useful : cores;
}

/// Puts a model into the arena and gets everything ready for its console; the arena's bytes in use.
TERNEL_MUST_CHECK
static enum ternel_error load(const struct model *model, uint64_t *engine_bytes) {
    size_t bytes;
    TERNEL_TRY(model->error);
    other_cores_stop();
    memory_reset();
    uint8_t *file = memory_take(model_memory(model));
    if (file == NULL) {
        return TERNEL_ERROR_IMAGE_MODEL_MEMORY;
    }
    TERNEL_TRY(models_read(&models, model, file));
    TERNEL_TRY(ternel_container_open(&container, file, model->bytes, &platform.sha256));
    TERNEL_TRY(ternel_engine_memory(&container, &bytes));
    *engine_bytes = bytes;
    void *arena = memory_take(bytes);
    if (arena == NULL) {
        return TERNEL_ERROR_IMAGE_MODEL_MEMORY;
    }
    TERNEL_TRY(ternel_engine_init(&engine, &container, arena, bytes, &ternel_backend_cpu));

    const struct ternel_kernel *kernel = ternel_kernel_best(ternel_cpu_features());
    const uint32_t count = workers_wanted();
    bytes = ternel_forward_memory(&container, kernel, count, TERNEL_COLUMNS_MAX);
    *engine_bytes += bytes;
    void *memory = memory_take(bytes);
    if (memory == NULL) {
        return TERNEL_ERROR_IMAGE_MODEL_MEMORY;
    }
    other_cores_start(&workers, count);
    TERNEL_TRY(
        ternel_forward_open(&forward, &container, kernel, &workers, TERNEL_COLUMNS_MAX, memory, bytes));
    backends[0] = &forward.backend;
    ternel_engine_use(&engine, backends[0]);
    return TERNEL_OK;
}

/// What Secure Boot means for the models here; nothing where it is off.
static void print_trust(void) {
    if (trust_enforced()) {
        output_text(&platform, "Secure Boot: models of the signed list run, ");
        output_decimal(&platform, trust_count());
        output_text(&platform, " in number\n");
    }
}

/// Where Secure Boot is off, a model that it would refuse is named as such.
static void note_unlisted(const struct model *model) {
    if (trust_count() != 0 && !trust_lists(container.digest)) {
        output_text(&platform, "Note: ");
        output_text(&platform, model->label);
        output_text(&platform, " is not in the application's list; Secure Boot would refuse it\n");
    }
}

/// One model's console, from loading to its end.
TERNEL_MUST_CHECK
static enum ternel_error serve(const struct model *model) {
    uint64_t engine_bytes = 0;
    TERNEL_TRY(load(model, &engine_bytes));
    note_unlisted(model);
    const struct console_setup setup = {
        .platform = &platform,
        .engine = &engine,
        .arena_bytes = engine_bytes,
        .machine = NULL,
        .echo = true,
    };
    (void)console_run(&setup);
    return TERNEL_OK;
}

uefi_status uefi_main(uefi_handle image, struct uefi_system_table *system);

uefi_status uefi_main(uefi_handle image, struct uefi_system_table *system) {
    uefi = system;
    uefi_image = image;
    // Firmware restarts a machine whose application does not answer for five minutes.
    (void)uefi->boot->set_watchdog_timer(0, 0, 0, NULL);
    processor_enable_vectors();
    terminal_open(&platform);
    platform.backends = backends;
    cores = other_cores_count();
    if (!memory_open()) {
        menu_error(&platform, TERNEL_ERROR_IMAGE_MODEL_MEMORY, NULL);
    }
    print_trust();
    models_find(&models);
    settings_read(&settings, models.root);
    for (;;) {
        const struct model *model = menu_choose(&platform, &models);
        const enum ternel_error error = model == NULL ? TERNEL_OK : serve(model);
        if (error != TERNEL_OK) {
            menu_error(&platform, error, model->label);
        }
    }
}

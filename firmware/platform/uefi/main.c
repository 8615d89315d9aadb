// The engine as a UEFI application: finds models, loads one, and runs the console. Nothing is left to an
// operating system, and boot services stay: files, blocks, keys and the other cores are theirs.
#include "boot_phases.h"
#include "console.h"
#include "loading.h"
#include "memory.h"
#include "menu.h"
#include "models.h"
#include "output.h"
#include "processor.h"
#include "reading.h"
#include "settings.h"
#include "system.h"
#include "terminal.h"
#include "trust.h"

static struct ternel_platform platform;
static struct models models;
static struct settings settings;
static struct boot_phases phases; ///< until models are known
static struct console_setup setup;
static const struct model *loaded; ///< NULL: none

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
    if (trust_count() != 0 && !trust_lists(loading_engine()->container->digest)) {
        output_text(&platform, "Note: ");
        output_text(&platform, model->label);
        output_text(&platform, " is not in the application's list; Secure Boot would refuse it\n");
    }
}

/// A model into the engine; on an error there is none.
TERNEL_MUST_CHECK
static enum ternel_error load(const struct model *model, struct boot_phases *timed) {
    loaded = NULL;
    TERNEL_TRY(loading_load(model, timed));
    loaded = model;
    setup.arena_bytes = loading_engine_bytes();
    note_unlisted(model);
    return TERNEL_OK;
}

static void list_models(void *context, bool for_programs) {
    (void)context;
    menu_list(&platform, &models, loaded, for_programs);
}

/// The console's /model: what goes wrong with the new one brings the old one back.
static enum ternel_error swap_model(void *context, uint64_t number, bool *lost) {
    (void)context;
    struct boot_phases unused = {.count = 0};
    if (number == 0 || number > models.count) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    const struct model *before = loaded;
    const struct model *wanted = &models.list[number - 1];
    TERNEL_TRY(wanted->error);
    const enum ternel_error error = load(wanted, &unused);
    if (error != TERNEL_OK) {
        const enum ternel_error again = load(before, &unused);
        *lost = again != TERNEL_OK;
        if (*lost) {
            menu_error(&platform, again, before->label);
        }
    }
    return error;
}

/// A console, from the loading of its first model to its end.
TERNEL_MUST_CHECK
static enum ternel_error serve(const struct model *model) {
    static const struct console_models choice = {.list = list_models, .load = swap_model};
    static struct boot_phases timed;
    timed = phases; // a model that does not load leaves nothing behind
    boot_phases_skip(&timed);
    TERNEL_TRY(load(model, &timed));
    setup.platform = &platform;
    setup.engine = loading_engine();
    setup.models = &choice;
    setup.reading = &console_reading;
    setup.boot = timed.list;
    setup.boot_phases = timed.count;
    setup.echo = true;
    (void)console_run(&setup);
    return TERNEL_OK;
}

uefi_status uefi_main(uefi_handle image, struct uefi_system_table *system);

uefi_status uefi_main(uefi_handle image, struct uefi_system_table *system) {
    const uint64_t entry = processor_ticks();
    uefi = system;
    uefi_image = image;
    // Firmware restarts a machine whose application does not answer for five minutes.
    (void)uefi->boot->set_watchdog_timer(0, 0, 0, NULL);
    processor_enable_vectors();
    terminal_open(&platform);
    boot_phases_begin(&phases, entry, platform.cycles_per_second);
    loading_open(&platform, &settings, &models);
    if (!memory_open()) {
        menu_error(&platform, TERNEL_ERROR_IMAGE_MODEL_MEMORY, NULL);
    }
    print_trust();
    boot_phases_end(&phases, "start");
    models_find(&models);
    settings_read(&settings, models.root);
    boot_phases_end(&phases, "find");
    for (;;) {
        const struct model *model = menu_choose(&platform, &models);
        const enum ternel_error error = model == NULL ? TERNEL_OK : serve(model);
        if (error != TERNEL_OK) {
            menu_error(&platform, error,
                       error == TERNEL_ERROR_CONSOLE_UNSUPPORTED
                           ? "the processor lacks the kernel in ternel.txt"
                           : model->label);
        }
    }
}

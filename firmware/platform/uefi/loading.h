// One model in memory, with its engine, its kernel and its workers. The engine stays where it is, whichever
// model it has.
#pragma once

#include "boot_phases.h"
#include "engine.h"
#include "models.h"
#include "settings.h"

/// What a model needs and how fast it can be expected to be, from its header.
struct expectation {
    uint64_t memory_bytes;      ///< file, engine and repacked weights
    uint64_t tokens_per_second; ///< tenths; 0: not known
};

/// Before anything else; all of it must outlive the loading.
void loading_open(struct ternel_platform *platform, const struct settings *settings,
                  const struct models *models);

/// Puts a model into the place of the one before, and makes a first token with it, which nobody sees:
/// whatever does not work is known before anybody types, and the phases of the boot end with it. On an error
/// there is no model.
enum ternel_error loading_load(const struct model *model, struct boot_phases *phases) TERNEL_MUST_CHECK;

/// The engine; with a model after a loading_load without error.
struct ternel_engine *loading_engine(void);

/// Memory that the loaded model's engine and kernel use, its file not counted.
uint64_t loading_engine_bytes(void);

/// Measures the machine's speed if nobody has, which takes 100 ms and some. A loaded model stays.
void loading_measure_speed(void);

/// For a model without an error.
struct expectation loading_expect(const struct model *model);

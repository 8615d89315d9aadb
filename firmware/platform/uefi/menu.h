// Which model: a list with numbers, at boot where there is more than one or the only one does not open, and
// for the console's /model.
#pragma once

#include "console.h"
#include "models.h"

/// Asks until there is an answer: a model of the list. NULL: there was none; the list was read again.
const struct model *menu_choose(const struct ternel_platform *platform, struct models *models);

/// The list, as lines for people or as one event for programs. `loaded` is the model that answers, or NULL.
void menu_list(const struct ternel_platform *platform, const struct models *models,
               const struct model *loaded, bool for_programs);

/// `E1203 container: hash mismatch (story.tern)`; the next menu_choose asks. `detail` may be NULL.
void menu_error(const struct ternel_platform *platform, enum ternel_error error, const char *detail);

// Which model: a list with numbers, where there is more than one or the only one does not open.
#pragma once

#include "models.h"

/// Asks until there is an answer: a model of the list. NULL: there was none; the list was read again.
const struct model *menu_choose(const struct ternel_platform *platform, struct models *models);

/// `E1203 container: hash mismatch (story.tern)`; the next menu_choose asks. `detail` may be NULL.
void menu_error(const struct ternel_platform *platform, enum ternel_error error, const char *detail);

// ternel.txt in the root folder of the boot partition: one setting a line, all of them optional. Lines that
// mean nothing are left out of account.
//
//     cores 2     how many cores compute; without it as many as the model is worth
#pragma once

#include "system.h"

struct settings {
    uint32_t cores; ///< 0: not set
};

/// Reads the file where there is one; `root` may be NULL.
void settings_read(struct settings *settings, struct uefi_file *root);

// ternel.txt in the root folder of the boot partition: one setting a line, all of them optional. Lines that
// mean nothing are left out of account.
//
//     cores 2        how many cores compute; without it as many as the model is worth
//     kernel avx2    whose instructions (kernel.h); without it the best that all cores have. "cpu": the
//     engine
//                    without kernels, on one core
#pragma once

#include "kernel.h"
#include "system.h"

struct settings {
    uint32_t cores;                     ///< 0: not set
    const struct ternel_kernel *kernel; ///< NULL: not set
    bool plain_engine;                  ///< no kernel at all
};

/// Reads the file where there is one; `root` may be NULL.
void settings_read(struct settings *settings, struct uefi_file *root);

// Where the time until the first token goes, in ticks of the time-stamp counter.
#pragma once

#include "console.h"

enum { BOOT_PHASES_MAX = 8 };

struct boot_phases {
    struct console_boot_phase list[BOOT_PHASES_MAX];
    uint32_t count;
    uint64_t last; ///< when the last phase ended
};

/// `entry`: the counter when the firmware called the application. It counts from the processor's reset on, so
/// the first phase is the firmware's, "firmware"; a counter that says more than ten minutes was not reset,
/// and there is no such phase.
void boot_phases_begin(struct boot_phases *phases, uint64_t entry, uint64_t ticks_per_second);

/// What happened since the last phase had this name.
void boot_phases_end(struct boot_phases *phases, const char *name);

/// What happened since the last phase does not count: somebody was asked something.
void boot_phases_skip(struct boot_phases *phases);

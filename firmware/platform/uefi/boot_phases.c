#include "boot_phases.h"

#include "processor.h"

enum { FIRMWARE_SECONDS_MOST = 600 };

static void add(struct boot_phases *phases, const char *name, uint64_t ticks) {
    if (phases->count < BOOT_PHASES_MAX) {
        phases->list[phases->count++] = (struct console_boot_phase){.name = name, .cycles = ticks};
    }
}

void boot_phases_begin(struct boot_phases *phases, uint64_t entry, uint64_t ticks_per_second) {
    *phases = (struct boot_phases){.last = entry};
    if (entry / FIRMWARE_SECONDS_MOST < ticks_per_second) {
        add(phases, "firmware", entry);
    }
}

void boot_phases_end(struct boot_phases *phases, const char *name) {
    const uint64_t now = processor_ticks();
    add(phases, name, now - phases->last);
    phases->last = now;
}

void boot_phases_skip(struct boot_phases *phases) {
    phases->last = processor_ticks();
}

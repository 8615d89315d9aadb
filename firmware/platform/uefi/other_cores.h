// The machine's other cores as workers, by the firmware's MP services: each is started once for a model and
// works until the next one is loaded.
#pragma once

#include "workers.h"

/// Cores that can work, this one included.
uint32_t other_cores_count(void);

/// Prepares `workers` for at most `count` of them and lets the other cores serve; those that do not come
/// within a second are done without. Returns the features that all cores have which came (cpu_features.h).
uint32_t other_cores_start(struct ternel_workers *workers, uint32_t count);

/// Gives the cores back to the firmware, which then can start them again. Nothing where none was started.
void other_cores_stop(void);

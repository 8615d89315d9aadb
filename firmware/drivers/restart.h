// Ways to end: restart the SoC, or, in simulation, end the simulation.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Restarts the whole SoC from the reset vector.
_Noreturn void restart(void);

/// Ends the simulation with an exit status; returns at once on a board.
void simulation_end(uint8_t status);

/// Whether the DRAM is a simulator's, which works without training.
bool simulation_trained(void);

/// Whether the harness has put stage 1 and the model into DRAM, so that nothing must be copied.
bool simulation_preloaded(void);

/// Whether the harness has also compared the model's hash, because hashing it in simulation would take too
/// long (boot mode 2, for the benches of large models). Everything else about it is checked all the same.
bool simulation_model_checked(void);

// One layer of the matmulfree architecture (docs/numerics.md, section 5).
#pragma once

#include "engine.h"

/// Takes the engine's residual through layer `index` and updates that layer's state.
enum ternel_error ternel_layer_step(struct ternel_engine *engine, uint32_t index) TERNEL_MUST_CHECK;

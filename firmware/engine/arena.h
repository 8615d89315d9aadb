// The layout of the engine's memory. All sizes are computed with checked arithmetic before anything runs.
#pragma once

#include "engine.h"

/// Computes the arena's size and, where `arena` is not NULL, points `buffers` into it. Error: the size does
/// not fit 32 bits.
enum ternel_error ternel_arena_layout(const struct ternel_shape *shape, uint8_t *arena,
                                      struct ternel_buffers *buffers, uint32_t *bytes) TERNEL_MUST_CHECK;

// The embedding (docs/numerics.md, section 5).
#pragma once

#include <stdint.h>

#include "container.h"

/// out = the row of a token below the vocabulary, `dimension` elements with the residual's fraction.
void ternel_embed(const struct ternel_container *container, uint32_t token, int32_t *restrict out);

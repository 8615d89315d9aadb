// The table of docs/numerics.md, section 4, for the kernels' vectors.
#pragma once

#include <stdint.h>

/// T[0..1024]: two neighbours may be read as one word of 32 bits.
extern const uint16_t ternel_sigmoid_table[1025];

// The word that unused stack is filled with.
#pragma once

#define STACK_PAINT 0x5aa55aa5

// One arena: the largest run of memory that the firmware has free. What was taken last can be given
// back; another model begins again at the start.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Takes the arena from the firmware. False: there is none of any use.
bool memory_open(void);

size_t memory_total(void);

/// Forgets everything that was taken.
void memory_reset(void);

/// What memory_take can still give.
size_t memory_left(void);

/// Bytes aligned to 2 MiB (large pages); NULL where the rest is too small.
void *memory_take(size_t bytes);

/// Gives back what was taken last.
void memory_give_back(void *memory);

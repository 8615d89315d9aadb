// Memory for weights: on large pages where the system has them, since every token reads all of it.
#pragma once

#include <stddef.h>

/// Memory aligned to 2 MiB, to be given back with free(); NULL where there is too little.
void *big_memory(size_t bytes);

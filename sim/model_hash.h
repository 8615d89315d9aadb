// What the harness checks in the firmware's place in boot mode 2: the hash of a preloaded model.
#pragma once

#include <cstddef>
#include <cstdint>

// Compares the SHA-256 in the trailer of the container that begins at `bytes` (docs/formats.md) with that of
// its content; a HarnessError where it is no container, reaches beyond `size` bytes, or its hash is wrong.
void checkModelHash(const uint8_t *bytes, size_t size);

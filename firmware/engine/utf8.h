// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The length (1..4) of the well-formed sequence at `bytes` and its code point; 0 where there is none.
size_t ternel_utf8_decode(const uint8_t *bytes, size_t size, uint32_t *code_point);

/// How many of the last bytes (0..3) are the beginning of a sequence whose rest may still come: a console
/// holds them back, so that only whole characters are shown.
size_t ternel_utf8_unfinished(const uint8_t *bytes, size_t size);

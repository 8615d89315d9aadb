// SHA-256 of GNU Nettle: a maintained C library that Debian packages, with a plain interface that allocates
// nothing, and with the processor's SHA instructions where there are any.
#pragma once

#include <nettle/sha2.h>

#include "platform.h"

/// The hash functions over the caller's state.
struct ternel_sha256 sha256_nettle(struct sha256_ctx *state);

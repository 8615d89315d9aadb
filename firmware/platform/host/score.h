// How well a model predicts given tokens: `ternel-host --score`.
#pragma once

#include <stdio.h>

#include "engine.h"

/// Reads sequences (u32 count, then that many u32 ids, little-endian) until the end of `in` and writes one
/// double per predicted token (every id but a sequence's first): its negative log likelihood, natural
/// logarithm. Every sequence starts from an empty state. Errors: an id outside the vocabulary; a sequence
/// that ends too early.
enum ternel_error score_sequences(struct ternel_engine *engine, FILE *in, FILE *out) TERNEL_MUST_CHECK;

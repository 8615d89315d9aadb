// How a text is cut before BPE merges within the pieces: the pattern of GPT-2's byte-level tokenizer,
//
//     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// on bytes: a byte that begins no well-formed UTF-8 sequence is one symbol.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The length of the first piece of a text: 1..size for size >= 1.
size_t ternel_piece_length(const uint8_t *text, size_t size);

// The engine: a container and an arena in, logits out. This header is the whole interface of the library.
//
//     TERNEL_TRY(ternel_container_open(&container, bytes, size, &platform->sha256));
//     TERNEL_TRY(ternel_engine_init(&engine, &container, arena, arena_bytes, &ternel_backend_cpu));
//     TERNEL_TRY(ternel_tokenizer_encode(&container, text, text_bytes, tokens, ranks, capacity, &count));
//     TERNEL_TRY(ternel_run_start(&run, &engine, 700, 900, seed, sha256_or_null));
//     TERNEL_TRY(ternel_run_feed(&run, tokens[i]));                  // each token of the prompt, in groups
//     TERNEL_TRY(ternel_run_next(&run, &token, &end));               // each token of the answer, until end
//     ternel_run_logits_hash(&run, digest);
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "container.h"
#include "platform.h"
#include "sampler.h"
#include "tokenizer.h"
#include "utf8.h"

/// The engine's vectors, all in the arena, each at a multiple of 64 bytes: element counts in brackets
/// (d: dimension, a multiple of nothing). State and logits come first, in the layout that the accelerator's
/// command list counts on (models/compile/buffers.ts): a layer's state takes `state_stride` elements.
struct ternel_buffers {
    int32_t *state;                      ///< h [layers][state_stride], zeros beyond d
    int32_t *logits;                     ///< [vocabulary]
    uint32_t state_stride;               ///< d rounded up to 16 elements = 64 bytes
    uint32_t shared_bytes;               ///< of state and logits together, from `state` on
    int32_t *residual;                   ///< x [d]
    int32_t *normed;                     ///< n, gn, m, y [d]
    int32_t *forget;                     ///< f [d]
    int32_t *candidate;                  ///< i [d]
    int32_t *output;                     ///< g, then o, then the rows that are added to x [d]
    int32_t *gate_up;                    ///< a | b [2 * intermediate]; the GLU product p lies over a
    struct ternel_candidate *candidates; ///< [vocabulary]
    int8_t *activation;                  ///< the input of a matrix [max stride], zeros beyond its columns
    uint8_t *commands;                   ///< TERNEL_BACKEND_COMMAND_BYTES for a backend's own use
};

/// Room for the command list of one matrix (firmware/drivers/accelerator_matrix.c).
enum { TERNEL_BACKEND_COMMAND_BYTES = 4 * 64 };

struct ternel_engine {
    const struct ternel_container *container;
    const struct ternel_backend *backend;
    struct ternel_buffers buffers;
    /// What the CPU has read or written since the backend last took tokens, so that its caches may hold it.
    bool state_touched;
    bool logits_touched;
};

/// Everything on the CPU itself, plain C.
extern const struct ternel_backend ternel_backend_cpu;

/// Bytes of arena that a container's engine needs, from a start aligned to 64.
enum ternel_error ternel_engine_memory(const struct ternel_container *container,
                                       size_t *bytes) TERNEL_MUST_CHECK;

/// Lays out the arena (aligned to 64) and empties the state. Error: the arena is too small. `container`, the
/// arena and `backend` must outlive the engine.
enum ternel_error ternel_engine_init(struct ternel_engine *engine, const struct ternel_container *container,
                                     void *arena, size_t arena_bytes,
                                     const struct ternel_backend *backend) TERNEL_MUST_CHECK;

/// Changes who computes; allowed between any two calls, also in the middle of a sequence.
void ternel_engine_use(struct ternel_engine *engine, const struct ternel_backend *backend);

/// Empties the recurrent state: a new sequence begins.
void ternel_engine_reset(struct ternel_engine *engine);

/// Takes `count` >= 1 tokens into the state, as many at once as the backend can. With `logits` there are
/// logits after the last of them. Errors: no such token (>= vocabulary), with nothing done; those of the
/// backend.
enum ternel_error ternel_engine_advance(struct ternel_engine *engine, const uint32_t *tokens, uint32_t count,
                                        bool logits) TERNEL_MUST_CHECK;

/// The logits of the last advance that was asked for them: `shape.vocabulary` values with `logits_fraction`.
const int32_t *ternel_engine_logits(struct ternel_engine *engine);

/// The token of the largest of these logits, the lower id of equal ones. Where the backend knows it, nothing
/// is read.
uint32_t ternel_engine_best(struct ternel_engine *engine);

/// Adds these logits, int32 little-endian, to a hash that was started.
void ternel_engine_hash_logits(struct ternel_engine *engine, const struct ternel_sha256 *sha256);

/// One generation: the sequence, the sampler and, where wanted, the hash of the logits.
struct ternel_run {
    struct ternel_engine *engine;
    struct ternel_sampler sampler;
    const struct ternel_sha256 *sha256; ///< NULL: no hash
    uint32_t prompt_tokens;             ///< tokens fed, without the start token
    /// Tokens that the engine has not seen yet: they wait until a group is full or logits are wanted.
    uint32_t pending[TERNEL_COLUMNS_MAX];
    uint32_t pending_count;
    bool ended;
};

/// Empties the state; the start token is the first to be fed. Settings as in ternel_sampler_start.
enum ternel_error ternel_run_start(struct ternel_run *run, struct ternel_engine *engine, uint32_t temperature,
                                   uint32_t top_p, uint64_t seed,
                                   const struct ternel_sha256 *sha256) TERNEL_MUST_CHECK;

/// Feeds one token of the prompt. Only before the first ternel_run_next. The engine takes the tokens in
/// groups of as many as its backend computes at once; the last group waits for ternel_run_next.
enum ternel_error ternel_run_feed(struct ternel_run *run, uint32_t token) TERNEL_MUST_CHECK;

/// Chooses the next token. `end` becomes true when it is the end of text, which is not part of the answer;
/// after that every call only says `end` again.
enum ternel_error ternel_run_next(struct ternel_run *run, uint32_t *token, bool *end) TERNEL_MUST_CHECK;

/// The SHA-256 of the int32 little-endian logits of every step that chose a token. Once, at the end of a run
/// that was started with a sha256.
void ternel_run_logits_hash(struct ternel_run *run, uint8_t digest[TERNEL_SHA256_BYTES]);

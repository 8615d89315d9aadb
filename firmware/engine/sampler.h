// From logits to a token (docs/numerics.md, section 6), integers only.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

enum {
    TERNEL_TEMPERATURE_MAX = 10000, ///< thousandths; 0 is greedy
    TERNEL_TOP_P_MAX = 1000         ///< thousandths; at least 1
};

/// The settings of a run and the state of its random numbers.
struct ternel_sampler {
    uint32_t temperature; ///< thousandths, 0..10000
    uint32_t top_p;       ///< thousandths, 1..1000
    uint64_t state;       ///< SplitMix64
};

/// A token that may be chosen: scratch of the sampler, one per id of the vocabulary.
struct ternel_candidate {
    uint32_t weight;
    uint32_t id;
};

/// Starts a run. Error: a setting out of range.
enum ternel_error ternel_sampler_start(struct ternel_sampler *sampler, uint32_t temperature, uint32_t top_p,
                                       uint64_t seed) TERNEL_MUST_CHECK;

/// Chooses among `count` >= 1 logits with the given fraction (0..20); `scratch` has `count` entries.
uint32_t ternel_sampler_choose(struct ternel_sampler *sampler, const int32_t *logits, uint32_t count,
                               uint32_t fraction, struct ternel_candidate *scratch);

/// The token of the largest logit, the lower id of equal ones.
uint32_t ternel_sampler_greedy(const int32_t *logits, uint32_t count);

/// The largest logits, weighed, and what they say about a draw from all of them.
struct ternel_top {
    struct ternel_candidate *order; ///< in the order of the draw: larger weight first, then lower id
    uint32_t certain;               ///< how many of them come before every logit that is not listed
    int32_t largest;
    uint64_t least; ///< bounds of the total weight of all logits
    uint64_t most;
};

/// Weighs the `listed` (1..count) largest of `count` logits. `order` holds them with their logits' bits as
/// weights, larger logit first, then lower id; it gets the weights. The others weigh at most as much as the
/// last of them, so that the bounds follow.
struct ternel_top ternel_sampler_weigh_top(const struct ternel_sampler *sampler,
                                           struct ternel_candidate *order, uint32_t listed, uint32_t count,
                                           uint32_t fraction);

/// Makes the bounds exact, from all logits.
void ternel_sampler_weigh_all(const struct ternel_sampler *sampler, struct ternel_top *top,
                              const int32_t *logits, uint32_t count, uint32_t fraction);

/// Chooses what ternel_sampler_choose would, where the list decides that; else nothing is drawn, and false.
bool ternel_sampler_choose_top(struct ternel_sampler *sampler, const struct ternel_top *top, uint32_t *token);

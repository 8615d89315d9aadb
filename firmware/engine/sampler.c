#include "sampler.h"

#include <stddef.h>

#include "numerics.h"
#include "ternel_tables.h"

enum { PART_BITS = 16, TABLE_BITS = 8, WHOLE_LIMIT = 31, THOUSAND = 1000 };

/// 2^30 * 2^(-j/256)
static const uint32_t powers[] = {TERNEL_EXP2_VALUES};
_Static_assert(sizeof powers / sizeof powers[0] == (1 << TABLE_BITS) + 1, "the table needs a last entry");

/// log2(e) * 2^16 * 1000
static const uint32_t log2_e_thousand = 94548463;

enum ternel_error ternel_sampler_start(struct ternel_sampler *sampler, uint32_t temperature, uint32_t top_p,
                                       uint64_t seed) {
    *sampler = (struct ternel_sampler){.temperature = temperature, .top_p = top_p, .state = seed};
    if (temperature > TERNEL_TEMPERATURE_MAX || top_p < 1 || top_p > TERNEL_TOP_P_MAX) {
        return TERNEL_ERROR_CONSOLE_VALUE;
    }
    return TERNEL_OK;
}

/// The upper half of the next SplitMix64 output (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, 2014).
static uint32_t next_random(struct ternel_sampler *sampler) {
    sampler->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = sampler->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

uint32_t ternel_sampler_greedy(const int32_t *logits, uint32_t count) {
    uint32_t best = 0;
    int32_t largest = logits[0];
    for (uint32_t i = 1; i < count; i++) {
        if (TERNEL_RARELY(logits[i] > largest)) {
            best = i;
            largest = logits[i];
        }
    }
    return best;
}

/// How distances from the largest logit become weights.
struct scale {
    uint32_t factor;
    uint32_t fraction;
    uint64_t too_far; ///< a distance from here on weighs nothing: its exponent is 31 or more
};

static struct scale scale_of(const struct ternel_sampler *sampler, uint32_t fraction) {
    const uint32_t factor = log2_e_thousand / sampler->temperature;
    const uint64_t limit = (uint64_t)WHOLE_LIMIT << (PART_BITS + fraction);
    return (struct scale){factor, fraction, (limit + factor - 1) / factor};
}

/// 2^30 * 2^-z for a Q16 z below 31.
static uint32_t power_of_half(uint32_t z) {
    uint32_t part = z & ((1 << PART_BITS) - 1);
    const uint32_t *entry = &powers[part >> TABLE_BITS];
    uint32_t step = ((entry[0] - entry[1]) * (part & 255) + 128) >> TABLE_BITS;
    return (entry[0] - step) >> (z >> PART_BITS);
}

/// 2^30 * e^(-distance / temperature): the larger the distance, the smaller or equal.
static uint32_t weight_of(const struct scale *scale, uint32_t distance) {
    if (distance >= scale->too_far) {
        return 0;
    }
    return power_of_half((uint32_t)((uint64_t)distance * scale->factor >> scale->fraction));
}

/// floor(kept * random / 2^32), in two halves: kept has up to 48 bits.
static uint64_t pick_of(uint64_t kept, uint32_t random) {
    return (kept >> 32) * random + ((kept & UINT32_MAX) * random >> 32);
}

// ---------------------------------------------------------------------------------------------------------
// A heap of candidates, the first in order (larger weight, then lower id) on top

static int comes_before(struct ternel_candidate a, struct ternel_candidate b) {
    return a.weight > b.weight || (a.weight == b.weight && a.id < b.id);
}

/// Moves the candidate at `index` down to its place among `count`.
static void sift_down(struct ternel_candidate *heap, uint32_t count, uint32_t index) {
    struct ternel_candidate moving = heap[index];
    for (uint32_t child = 2 * index + 1; child < count; child = 2 * index + 1) {
        if (child + 1 < count && comes_before(heap[child + 1], heap[child])) {
            child++;
        }
        if (!comes_before(heap[child], moving)) {
            break;
        }
        heap[index] = heap[child];
        index = child;
    }
    heap[index] = moving;
}

/// Takes the top off the heap of `count` and leaves it behind the heap's new end.
static struct ternel_candidate take_top(struct ternel_candidate *heap, uint32_t count) {
    struct ternel_candidate top = heap[0];
    heap[0] = heap[count - 1];
    heap[count - 1] = top;
    sift_down(heap, count - 1, 0);
    return top;
}

uint32_t ternel_sampler_choose(struct ternel_sampler *sampler, const int32_t *logits, uint32_t count,
                               uint32_t fraction, struct ternel_candidate *scratch) {
    uint32_t best = ternel_sampler_greedy(logits, count);
    if (sampler->temperature == 0) {
        return best;
    }

    const struct scale scale = scale_of(sampler, fraction);
    uint32_t candidates = 0;
    uint64_t total = 0;
    for (uint32_t id = 0; id < count; id++) {
        uint32_t weight = weight_of(&scale, (uint32_t)(logits[best] - logits[id]));
        if (weight != 0) {
            scratch[candidates++] = (struct ternel_candidate){.weight = weight, .id = id};
            total += weight;
        }
    }

    // The shortest prefix, in order of weight, that reaches top-p of the total. Only the prefix is ever
    // sorted: it collects behind the shrinking heap, the first candidate at the very end. The best token's
    // weight is 2^30, so the prefix is not empty, and candidates without weight never belong to it.
    uint64_t wanted = total * sampler->top_p / THOUSAND;
    for (uint32_t i = candidates / 2; i-- > 0;) {
        sift_down(scratch, candidates, i);
    }
    uint64_t kept = 0;
    uint32_t rest = candidates;
    do {
        kept += take_top(scratch, rest).weight;
        rest--;
    } while (kept < wanted && rest > 0);

    uint64_t pick = pick_of(kept, next_random(sampler));
    uint64_t sum = 0;
    uint32_t index = candidates;
    do {
        index--;
        sum += scratch[index].weight;
    } while (sum <= pick && index > rest);
    return scratch[index].id;
}

// ---------------------------------------------------------------------------------------------------------
// A draw from a list of the largest logits

struct ternel_top ternel_sampler_weigh_top(const struct ternel_sampler *sampler,
                                           struct ternel_candidate *order, uint32_t listed, uint32_t count,
                                           uint32_t fraction) {
    const struct scale scale = scale_of(sampler, fraction);
    const int32_t largest = (int32_t)order[0].weight;
    uint64_t total = 0;
    for (uint32_t i = 0; i < listed; i++) {
        struct ternel_candidate moving = order[i];
        moving.weight = weight_of(&scale, (uint32_t)(largest - (int32_t)moving.weight));
        total += moving.weight;
        // Logits that differ may weigh the same: then the lower id comes first.
        uint32_t place = i;
        for (; place > 0 && comes_before(moving, order[place - 1]); place--) {
            order[place] = order[place - 1];
        }
        order[place] = moving;
    }
    const uint32_t last = order[listed - 1].weight;
    uint32_t certain = listed;
    while (listed < count && certain > 0 && order[certain - 1].weight == last) {
        certain--;
    }
    return (struct ternel_top){
        order, certain, largest, total, total + (uint64_t)(count - listed) * last,
    };
}

void ternel_sampler_weigh_all(const struct ternel_sampler *sampler, struct ternel_top *top,
                              const int32_t *logits, uint32_t count, uint32_t fraction) {
    const struct scale scale = scale_of(sampler, fraction);
    uint64_t total = 0;
    for (uint32_t id = 0; id < count; id++) {
        total += weight_of(&scale, (uint32_t)(top->largest - logits[id]));
    }
    top->least = total;
    top->most = total;
}

/// The place of the token that is drawn if all logits together weigh `total`; `certain` where it is not
/// known.
static uint32_t place_in(const struct ternel_top *top, uint64_t total, uint32_t top_p, uint32_t random) {
    const uint64_t wanted = total * top_p / THOUSAND;
    uint64_t kept = 0;
    uint32_t length = 0;
    do {
        if (length == top->certain) {
            return top->certain;
        }
        kept += top->order[length++].weight;
    } while (kept < wanted);
    const uint64_t pick = pick_of(kept, random);
    uint32_t place = 0;
    for (uint64_t sum = top->order[0].weight; sum <= pick; sum += top->order[place].weight) {
        place++;
    }
    return place;
}

bool ternel_sampler_choose_top(struct ternel_sampler *sampler, const struct ternel_top *top,
                               uint32_t *token) {
    // The more all logits weigh, the longer the prefix and the larger the pick: the place lies between those
    // of the bounds.
    struct ternel_sampler after = *sampler;
    const uint32_t random = next_random(&after);
    const uint32_t place = place_in(top, top->most, sampler->top_p, random);
    if (place == top->certain ||
        (top->least != top->most && place_in(top, top->least, sampler->top_p, random) != place)) {
        return false;
    }
    *sampler = after;
    *token = top->order[place].id;
    return true;
}

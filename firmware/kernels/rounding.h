// S24(R(product, shift)) for vectors of any width (docs/numerics.md, section 1): included by a kernel after
// its lanes_*.h.
#pragma once

#include <stdint.h>

#include "each_vector.h"
#include "numerics.h"

/// How S24(R(product, shift)) is computed: by the lower or the upper half of the product where the result
/// fits 31 bits, else with a limit in 64 bits.
enum rounding_kind { ROUNDING_LOW, ROUNDING_HIGH, ROUNDING_WIDE };

struct rounding {
    enum rounding_kind kind;
    int64_t half;
    uint32_t shift;
};

/// Bits of a sum of activations, at most 127 * 32768, times a rescaler's mantissa.
enum { RESCALED_BITS = 39 };

/// For products below 2^product_bits.
static struct rounding rounding_of(uint32_t shift, uint32_t product_bits) {
    const int64_t half = shift == 0 ? 0 : INT64_C(1) << (shift - 1);
    const enum rounding_kind kind = shift + 30 < product_bits ? ROUNDING_WIDE
                                    : shift <= 32             ? ROUNDING_LOW
                                                              : ROUNDING_HIGH;
    return (struct rounding){.kind = kind, .half = half, .shift = shift};
}

/// Calls BODY with a constant `kind`: each loop is compiled three times, without a branch inside.
#define FOR_EACH_KIND(rounding, BODY)                                                                        \
    do {                                                                                                     \
        if ((rounding)->kind == ROUNDING_LOW) {                                                              \
            BODY(ROUNDING_LOW);                                                                              \
        } else if ((rounding)->kind == ROUNDING_HIGH) {                                                      \
            BODY(ROUNDING_HIGH);                                                                             \
        } else {                                                                                             \
            BODY(ROUNDING_WIDE);                                                                             \
        }                                                                                                    \
    } while (0)

/// R(p, shift) where the result fits 31 bits and 1 <= shift <= 32, in the lower halves: an arithmetic and a
/// logical shift of 64 bits differ only above bit 31 then.
INLINE struct products round_halves(struct products p, const struct rounding *rounding) {
    return products_shift_right_logical(products_add(p, rounding->half), rounding->shift);
}

/// R(a * b, shift) where the result fits 31 bits and 1 <= shift <= 32.
INLINE lanes round_low(lanes a, lanes b, const struct rounding *rounding) {
    return products_narrow(products_add(lanes_products(a, b), rounding->half), rounding->shift);
}

/// R(p, shift) where 33 <= shift <= 63 and the result fits 30 bits: from the upper halves alone, as half of
/// the last place is a whole number of them.
INLINE lanes round_high(struct products p, const struct rounding *rounding) {
    const lanes upper = lanes_add(products_high(p), lanes_set((int32_t)(rounding->half >> 32)));
    return lanes_shift_right(upper, rounding->shift - 32);
}

INLINE lanes saturate(lanes a) {
    return lanes_maximum(lanes_minimum(a, lanes_set(TERNEL_ELEMENT_MAX)), lanes_set(TERNEL_ELEMENT_MIN));
}

/// Products without what cannot matter where the result may need more than 31 bits: what lies beyond these
/// limits saturates, and what lies between them needs no more than 32 bits.
INLINE struct products limit(struct products p, const struct rounding *rounding) {
    const int64_t one = INT64_C(1) << rounding->shift;
    return products_clamp(p, TERNEL_ELEMENT_MIN * one, TERNEL_ELEMENT_MAX * one);
}

/// S24(R(p, shift)) for any shift.
INLINE lanes round_saturate(struct products p, const struct rounding *rounding,
                            const enum rounding_kind kind) {
    if (kind == ROUNDING_WIDE) {
        return products_narrow(products_add(limit(p, rounding), rounding->half), rounding->shift);
    }
    if (kind == ROUNDING_HIGH) {
        return saturate(round_high(p, rounding));
    }
    return saturate(products_narrow(products_add(p, rounding->half), rounding->shift));
}

/// S24(R(p + offset, shift)) for any shift, those of p.even before those of p.odd.
INLINE lanes round_rows(struct products p, int64_t offset, const struct rounding *rounding,
                        const enum rounding_kind kind) {
    if (kind == ROUNDING_WIDE) {
        p = limit(products_add(p, offset), rounding);
        return products_rows(products_shift_right_logical(products_add(p, rounding->half), rounding->shift));
    }
    p = products_add(p, offset + rounding->half);
    if (kind == ROUNDING_LOW) {
        return saturate(products_rows(products_shift_right_logical(p, rounding->shift)));
    }
    const lanes upper = products_rows(products_shift_right_logical(p, 32));
    return saturate(lanes_shift_right(upper, rounding->shift - 32));
}

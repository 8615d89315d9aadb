#include "embedding.h"

#include "bytes.h"

void ternel_embed(const struct ternel_container *container, uint32_t token, int32_t *restrict out) {
    uint32_t d = container->shape.dimension;
    const uint8_t *scale = container->bytes + container->at.embedding_scales + 4 * token;
    const int8_t *row = (const int8_t *)(container->bytes + container->at.embedding) +
                        (size_t)token * container->at.embedding_stride;
    int32_t mantissa = ternel_read_u16(scale);
    int32_t shift = ternel_read_i16(scale + 2) - (int32_t)container->residual_fraction;
    // A product has at most 23 bits: it needs no saturation, and every shift from 25 on makes it 0.
    shift = shift < 0 ? 0 : shift > 30 ? 30 : shift;
    int32_t half = shift == 0 ? 0 : 1 << (shift - 1);
    for (uint32_t i = 0; i < d; i++) {
        out[i] = (row[i] * mantissa + half) >> shift;
    }
}

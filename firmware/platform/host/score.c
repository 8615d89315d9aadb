// Scores are for people, not for the engine: here floating point is allowed.
#include "score.h"

#include <math.h>
#include <stdbool.h>

#include "bytes.h"

/// -log(softmax(logits)[token])
static double negative_log_likelihood(struct ternel_engine *engine, uint32_t token) {
    const int32_t *logits = ternel_engine_logits(engine);
    uint32_t count = engine->container->shape.vocabulary;
    int32_t largest = logits[ternel_sampler_greedy(logits, count)];
    double unit = ldexp(1.0, -engine->container->logits_fraction);
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += exp((logits[i] - largest) * unit);
    }
    return log(sum) + (largest - logits[token]) * unit;
}

/// Reads one word; false where fewer than four bytes are left. `clean` tells whether there were none at all.
static bool read_word(FILE *in, uint32_t *word, bool *clean) {
    uint8_t bytes[4];
    size_t count = fread(bytes, 1, sizeof bytes, in);
    *clean = count == 0;
    if (count != sizeof bytes) {
        return false;
    }
    *word = ternel_read_u32(bytes);
    return true;
}

TERNEL_MUST_CHECK
static enum ternel_error score_sequence(struct ternel_engine *engine, uint32_t count, FILE *in, FILE *out) {
    ternel_engine_reset(engine);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t token = 0;
        bool clean = false;
        if (!read_word(in, &token, &clean)) {
            return TERNEL_ERROR_ARGUMENT;
        }
        if (token >= engine->container->shape.vocabulary) {
            return TERNEL_ERROR_ENGINE_TOKEN;
        }
        if (i > 0) {
            double score = negative_log_likelihood(engine, token);
            fwrite(&score, sizeof score, 1, out);
        }
        TERNEL_TRY(ternel_engine_advance(engine, &token, 1, i + 1 < count));
    }
    return TERNEL_OK;
}

enum ternel_error score_sequences(struct ternel_engine *engine, FILE *in, FILE *out) {
    uint32_t count = 0;
    bool clean = false;
    while (read_word(in, &count, &clean)) {
        TERNEL_TRY(score_sequence(engine, count, in, out));
    }
    if (!clean) {
        return TERNEL_ERROR_ARGUMENT;
    }
    return ferror(in) || fflush(out) != 0 ? TERNEL_ERROR_FILE_UNREADABLE : TERNEL_OK;
}

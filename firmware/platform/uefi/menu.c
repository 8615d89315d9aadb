#include "menu.h"

#include <string.h>

#include "arguments.h"
#include "line.h"
#include "loading.h"
#include "output.h"
#include "terminal.h"

enum { ANSWER_BYTES = 16, SECONDS_TO_CHOOSE = 5, TENTHS = 10 };

/// Something went wrong: the only model is no longer taken without a question.
static bool failed;

static void print_error(const struct ternel_platform *platform, enum ternel_error error, const char *detail) {
    output_text(platform, "E");
    output_decimal(platform, (uint64_t)error);
    output_text(platform, " ");
    output_text(platform, ternel_error_subject(error));
    output_text(platform, ": ");
    output_text(platform, ternel_error_message(error));
    if (detail != NULL) {
        output_text(platform, " (");
        output_text(platform, detail);
        output_text(platform, ")");
    }
    output_text(platform, "\n");
    platform->flush(platform->context);
}

void menu_error(const struct ternel_platform *platform, enum ternel_error error, const char *detail) {
    print_error(platform, error, detail);
    failed = true;
}

/// The first model of the list that has the same name; `number` itself where it is the first.
static uint32_t namesake(const struct models *models, uint32_t number) {
    uint32_t first = 1;
    while (strcmp(models->list[first - 1].label, models->list[number - 1].label) != 0) {
        first++;
    }
    return first;
}

static void print_model(const struct ternel_platform *platform, const struct models *models, uint32_t number,
                        const struct model *loaded) {
    const struct model *model = &models->list[number - 1];
    const uint32_t first = namesake(models, number);
    output_decimal(platform, number);
    output_text(platform, "  ");
    output_text(platform, model->label);
    output_text(platform, model->device == NULL ? " (file" : " (partition");
    if (first != number) {
        output_text(platform, ", named like ");
        output_decimal(platform, first);
    }
    output_text(platform, "): ");
    if (model->error == TERNEL_OK) {
        output_text(platform, model->name);
        output_text(platform, ", matmulfree, ");
        output_fixed(platform, model->parameters / 100000, 1);
        output_text(platform, " M parameters, ");
        output_fixed(platform, (uint64_t)model->bytes * TENTHS >> 20, 1);
        output_text(platform, " MiB");
        const struct expectation expected = loading_expect(model);
        if (expected.memory_bytes != 0) {
            output_text(platform, ", needs ");
            output_fixed(platform, expected.memory_bytes * TENTHS >> 20, 1);
            output_text(platform, " MiB of memory");
        }
        if (expected.tokens_per_second != 0) {
            output_text(platform, ", about ");
            output_decimal(platform, (expected.tokens_per_second + TENTHS / 2) / TENTHS);
            output_text(platform, " tok/s");
        }
        output_text(platform, model == loaded ? ", loaded\n" : "\n");
    } else {
        print_error(platform, model->error, NULL);
    }
}

/// `{"event":"models","models":[...]}`
static void json_models(const struct ternel_platform *platform, const struct models *models,
                        const struct model *loaded) {
    struct json json = json_event(platform, "models");
    json_open(&json, "models", '[');
    for (uint32_t i = 0; i < models->count; i++) {
        const struct model *model = &models->list[i];
        json_object(&json);
        json_number(&json, "number", i + 1);
        json_text(&json, "label", model->label);
        json_text(&json, "kind", model->device == NULL ? "file" : "partition");
        if (model->error == TERNEL_OK) {
            const struct expectation expected = loading_expect(model);
            json_text(&json, "name", model->name);
            json_text(&json, "architecture", "matmulfree");
            json_number(&json, "parameters", model->parameters);
            json_number(&json, "fileBytes", model->bytes);
            if (expected.memory_bytes != 0) {
                json_number(&json, "memoryBytes", expected.memory_bytes);
                json_number(&json, "tenthsOfTokensPerSecond", expected.tokens_per_second);
            }
            json_boolean(&json, "loaded", model == loaded);
        } else {
            json_name(&json, "error");
            output_text(platform, "\"E");
            output_decimal(platform, (uint64_t)model->error);
            output_text(platform, "\"");
        }
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_end(&json);
}

void menu_list(const struct ternel_platform *platform, const struct models *models,
               const struct model *loaded, bool for_programs) {
    loading_measure_speed();
    if (for_programs) {
        json_models(platform, models, loaded);
        return;
    }
    for (uint32_t i = 0; i < models->count; i++) {
        print_model(platform, models, i + 1, loaded);
    }
    if (models->more) {
        print_error(platform, TERNEL_ERROR_IMAGE_MODELS_MANY, NULL);
    }
}

/// The number that somebody types, 1 to `most`; 0 for an answer that is none.
static uint32_t read_answer(const struct ternel_platform *platform, uint32_t most) {
    static struct line_reader reader;
    char line[ANSWER_BYTES];
    size_t length;
    uint64_t number;
    reader.platform = platform;
    const char *at = line;
    if (line_read(&reader, line, sizeof line, &length, true) != LINE_READY ||
        !argument_number(&at, most, &number) || !argument_end(at)) {
        return 0;
    }
    return (uint32_t)number;
}

/// The chosen number, 1 to `count`; 0 for an answer that is none.
static uint32_t ask(const struct ternel_platform *platform, uint32_t count) {
    output_text(platform, "Model 1 to ");
    output_decimal(platform, count);
    if (!failed) {
        output_text(platform, ", or 1 after ");
        output_decimal(platform, SECONDS_TO_CHOOSE);
        output_text(platform, " s");
    }
    output_text(platform, ": ");
    platform->flush(platform->context);
    if (!failed && !terminal_key_within(SECONDS_TO_CHOOSE * 1000)) {
        output_text(platform, "1\n");
        return 1;
    }
    failed = true; // whoever types is not hurried any more
    return read_answer(platform, count);
}

const struct model *menu_choose(const struct ternel_platform *platform, struct models *models) {
    if (models->count == 0) {
        menu_error(platform, TERNEL_ERROR_IMAGE_NO_MODEL, NULL);
        output_text(platform, "Enter looks again: ");
        platform->flush(platform->context);
        (void)read_answer(platform, 0);
        models_find(models);
        return NULL;
    }
    if (models->count == 1 && !failed) {
        return &models->list[0];
    }
    for (;;) {
        menu_list(platform, models, NULL, false);
        const uint32_t number = ask(platform, models->count);
        if (number != 0) {
            return &models->list[number - 1];
        }
        menu_error(platform, TERNEL_ERROR_CONSOLE_VALUE, NULL);
    }
}

#include "script_platform.h"

#include "check.h"

void script_start(struct script *script, const char *input, size_t size) {
    *script = (struct script){.input = input, .size = size};
}

static void put_byte(void *context, uint8_t byte) {
    struct script *script = context;
    CHECK(script->output_size + 1 < SCRIPT_OUTPUT_BYTES);
    script->output[script->output_size++] = (char)byte;
    script->output[script->output_size] = 0;
}

static int get_byte(void *context, bool wait) {
    struct script *script = context;
    if (script->size == 0) {
        return TERNEL_INPUT_END;
    }
    if (!wait) {
        if (script->ready == 0) {
            return TERNEL_INPUT_NONE;
        }
        script->ready--;
    }
    script->size--;
    return (uint8_t)*script->input++;
}

static void flush(void *context) {
    (void)context;
}

struct ternel_platform script_platform(struct script *script) {
    return (struct ternel_platform){
        .context = script, .name = "script", .put_byte = put_byte, .get_byte = get_byte, .flush = flush};
}

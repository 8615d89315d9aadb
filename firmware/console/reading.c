#include "reading.h"

enum { THOUSAND = 1000, HUNDREDTH_OF_GIGABYTE = 10000000 };

static void measure(struct console *console) {
    const struct ternel_platform *platform = console->platform;
    const struct ternel_backend *backend = console->setup->engine->backend;
    for (int prefetch = 0; prefetch < 2 && backend->read_weights != NULL; prefetch++) {
        const uint64_t start = platform->cycles(platform->context);
        const uint64_t bytes = backend->read_weights(backend->context, prefetch != 0);
        const uint64_t cycles = platform->cycles(platform->context) - start;
        if (console->reading.bytes == 0 || cycles < console->reading.cycles) {
            console->reading.cycles = cycles;
        }
        console->reading.bytes = bytes;
    }
}

/// Bytes a second. By thousands: bytes times the clock may be more than 64 bits hold.
static uint64_t speed(const struct console *console, uint64_t cycles) {
    const uint64_t kilohertz = console->platform->cycles_per_second / THOUSAND;
    return cycles == 0 ? 0 : console->reading.bytes * kilohertz / cycles * THOUSAND;
}

static void print_speed(const struct ternel_platform *platform, const char *what, uint64_t bytes) {
    output_text(platform, what);
    output_fixed(platform, bytes / HUNDREDTH_OF_GIGABYTE, 2);
    output_text(platform, " GB/s");
}

static void report(const struct console *console, uint64_t token_cycles, struct json *json) {
    const struct ternel_platform *platform = console->platform;
    const uint64_t tokens = speed(console, token_cycles);
    const uint64_t alone = speed(console, console->reading.cycles);
    if (json != NULL) {
        json_open(json, "weights", '{');
        json_number(json, "bytes", console->reading.bytes);
        json_number(json, "bytesPerSecond", tokens);
        json_number(json, "readingBytesPerSecond", alone);
        json_close(json, '}');
        return;
    }
    output_text(platform, "  ");
    output_decimal(platform, console->reading.bytes);
    print_speed(platform, " bytes of weights a token: ", tokens);
    print_speed(platform, " at best, reading alone ", alone);
    output_text(platform, "\n");
}

const struct console_reading console_reading = {.measure = measure, .report = report};

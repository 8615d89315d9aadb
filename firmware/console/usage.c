// The figures behind every answer.
#include "output.h"
#include "session.h"

uint64_t console_cycles_per_token(const struct console_usage *usage) {
    return usage->tokens == 0 ? 0 : (usage->cycles - usage->prompt_cycles) / usage->tokens;
}

void console_print_usage(const struct console *console) {
    const struct ternel_platform *platform = console->platform;
    const struct console_usage *usage = &console->last;
    const uint64_t per_token = console_cycles_per_token(usage);
    output_decimal(platform, usage->tokens);
    output_text(platform, " tokens");
    if (per_token != 0) {
        output_text(platform, ", ");
        output_fixed(platform, platform->cycles_per_second * 10 / per_token, 1);
        output_text(platform, " tok/s, ");
        output_decimal(platform, per_token);
        output_text(platform, " cycles/token");
    }
    if (console->setup->machine != NULL && platform->backends != NULL && usage->cycles != 0) {
        output_text(platform, ", accelerator ");
        output_decimal(platform, usage->accelerator_cycles * 100 / usage->cycles);
        output_text(platform, "%");
    }
}

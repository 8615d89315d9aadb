// Stage 1: opens the model that stage 0 has put into DRAM, lays out the memory behind it, and runs the
// console.
#include <stdint.h>

#include "accelerator_backend.h"
#include "bench.h"
#include "boot_record.h"
#include "bytes.h"
#include "cache.h"
#include "checked.h"
#include "console.h"
#include "engine.h"
#include "flash_store.h"
#include "leds.h"
#include "print.h"
#include "restart.h"
#include "sha256_hardware.h"
#include "stack.h"
#include "ternel_configuration.h"
#include "ternel_flash_map.h"
#include "timer.h"
#include "uart.h"
#include "watchdog.h"

enum { ARENA_ALIGN = 64, FATAL_RESTART_SECONDS = 10 };

/// Where stage 0 wrote it; no initial value.
static struct boot_record record __attribute__((section(".boot_record")));

static struct accelerator accelerator;
static struct sha256_hardware sha256 = {.accelerator = &accelerator, .write_back = cache_write_back};
static struct accelerator_backend backend = {.accelerator = &accelerator, .release = cache_release};
/// Busy cycles of the accelerator before its totals were last reset.
static uint64_t past_cycles;
static struct bench_memory bench_memory;
static struct ternel_container container;
static struct ternel_engine engine;
static struct console_boot_phase boot_phases[5];

/// An error that leaves nothing to do: say it, end the simulation or restart after a while.
_Noreturn static void fatal(enum ternel_error error) {
    print_error(error);
    print_text("\n");
    simulation_end((uint8_t)(64 + (uint32_t)error / 1000));
    watchdog_start(FATAL_RESTART_SECONDS * TERNEL_CLOCK_HZ);
    for (;;) {
    }
}

/// What is looked after while the accelerator works.
static void while_waiting(void) {
    watchdog_feed();
    if (stack_overflowed()) {
        fatal(TERNEL_ERROR_STACK_GUARD);
    }
}

static void put_byte(void *context, uint8_t byte) {
    (void)context;
    if (byte == '\n') {
        uart_put('\r');
    }
    uart_put(byte);
}

static void flush(void *context) {
    (void)context;
}

static int get_byte(void *context, bool wait) {
    (void)context;
    int byte;
    do {
        watchdog_feed();
        byte = uart_get();
    } while (wait && byte < 0);
    return byte < 0 ? TERNEL_INPUT_NONE : byte;
}

static uint64_t cycles(void *context) {
    (void)context;
    return timer_cycles();
}

static uint64_t accelerator_cycles(void *context) {
    (void)context;
    return past_cycles + backend.totals.counters[0];
}

static void reboot(void *context) {
    (void)context;
    restart();
}

static void quit(void *context, int status) {
    (void)context;
    simulation_end((uint8_t)status);
}

static uint32_t machine_stack_used(void *context) {
    (void)context;
    return stack_used();
}

static enum ternel_error machine_bench(void *context, uint32_t rows, uint32_t columns, bool *equal) {
    (void)context;
    return bench_matvec(&accelerator, &bench_memory, rows, columns, &backend.totals, equal);
}

static uint32_t machine_counters(void *context, struct console_counter *out, uint32_t capacity) {
    (void)context;
    uint32_t count = 0;
    for (; count < ACCELERATOR_COUNTERS && count < capacity; count++) {
        out[count] =
            (struct console_counter){accelerator_counters[count].name, backend.totals.counters[count]};
    }
    return count;
}

static void machine_reset_counters(void *context) {
    (void)context;
    past_cycles += backend.totals.counters[0];
    backend.totals = (struct accelerator_totals){.lists = 0};
}

/// Whole tokens by the model's command list; and the CPU with its matrices on the accelerator.
static struct ternel_backend token_backend = {
    .name = "accelerator",
    .context = &backend,
    .multiply = accelerator_multiply,
    .run_tokens = accelerator_run_tokens,
    .publish = accelerator_publish,
    .best = accelerator_best,
    .top = accelerator_top,
    .fault = accelerator_backend_fault,
};
static const struct ternel_backend matrix_backend = {
    .name = "matrix",
    .context = &backend,
    .multiply = accelerator_multiply,
    .fault = accelerator_backend_fault,
};
/// Those that this model can be computed by, the best one first.
static const struct ternel_backend *backends[3];

static struct ternel_platform platform = {
    .name = "riscv",
    .backends = backends,
    .cycles_per_second = TERNEL_CLOCK_HZ,
    .sha256 = {.context = &sha256,
               .start = sha256_hardware_start,
               .update = sha256_hardware_update,
               .update_shared = sha256_hardware_update_shared,
               .finish = sha256_hardware_finish},
    .put_byte = put_byte,
    .flush = flush,
    .get_byte = get_byte,
    .cycles = cycles,
    .accelerator_cycles = accelerator_cycles,
    .reboot = reboot,
    .quit = quit,
};

static void must(enum ternel_error error) {
    if (error != TERNEL_OK) {
        fatal(error);
    }
}

/// Adds a backend where the model fits it; else prints the reason.
static void offer(const struct ternel_backend *offered, enum ternel_error error) {
    const struct ternel_backend **free_entry = backends;
    while (*free_entry != NULL) {
        free_entry++;
    }
    if (error == TERNEL_OK) {
        *free_entry = offered;
        return;
    }
    print_error(error);
    print_text("\n");
}

/// The best backend that the model fits; the CPU takes every model.
static const struct ternel_backend *choose_backend(void) {
    token_backend.columns =
        accelerator.columns < TERNEL_COLUMNS_MAX ? accelerator.columns : TERNEL_COLUMNS_MAX;
    offer(&token_backend, accelerator_takes_tokens(&accelerator, &container));
    offer(&matrix_backend, accelerator_takes_matrices(&accelerator, &container));
    return backends[0] != NULL ? backends[0] : &ternel_backend_cpu;
}

/// Opens the model, puts the arena behind it and gives what is left to the bench.
static enum ternel_error open_model(uint32_t *arena_bytes) {
    size_t bytes = 0;
    if (record.model_bytes == 0) {
        return (enum ternel_error)record.model_error;
    }
    // Stage 0 has hashed these bytes where they lie; every table is checked all the same.
    TERNEL_TRY(
        ternel_container_open(&container, (const uint8_t *)TERNEL_MODEL_ORIGIN, record.model_bytes, NULL));
    TERNEL_TRY(ternel_engine_memory(&container, &bytes));
    const struct ternel_size arena = ternel_size_align(ternel_size_of(record.model_bytes), ARENA_ALIGN);
    const struct ternel_size rest =
        ternel_size_align(ternel_size_add(arena, ternel_size_of((uint32_t)bytes)), ARENA_ALIGN);
    if (!rest.valid || rest.value > TERNEL_MODEL_BYTES) {
        return TERNEL_ERROR_IMAGE_MODEL_MEMORY;
    }
    uint8_t *memory = (uint8_t *)TERNEL_MODEL_ORIGIN;
    backend.buffers = (struct accelerator_region){.bytes = memory + arena.value, .size = (uint32_t)bytes};
    TERNEL_TRY(ternel_engine_init(&engine, &container, memory + arena.value, bytes, choose_backend()));
    backend.commands = engine.buffers.commands;
    bench_memory =
        (struct bench_memory){.bytes = memory + rest.value, .size = TERNEL_MODEL_BYTES - rest.value};
    *arena_bytes = (uint32_t)bytes;
    return TERNEL_OK;
}

int main(void);

int main(void) {
    if (record.magic != BOOT_RECORD_MAGIC || record.build_id != TERNEL_BUILD_ID) {
        fatal(TERNEL_ERROR_IMAGE_BUILD);
    }
    must(accelerator_open(&accelerator, TERNEL_ACCELERATOR_ORIGIN, TERNEL_MAIN_RAM_ORIGIN,
                          TERNEL_MAIN_RAM_BYTES, TERNEL_BUILD_ID));
    accelerator.while_waiting = while_waiting;
    uint32_t arena_bytes = 0;
    const enum ternel_error model_error = open_model(&arena_bytes);
    if (model_error != (enum ternel_error)record.model_error) {
        print_error(model_error); // stage 0 has printed its own
        print_text("\n");
    }

    boot_phases[0] = (struct console_boot_phase){"reset", record.reset_end};
    boot_phases[1] = (struct console_boot_phase){"memory", record.memory_end - record.reset_end};
    boot_phases[2] = (struct console_boot_phase){"copy", record.copy_end - record.memory_end};
    boot_phases[3] = (struct console_boot_phase){"hash", record.hash_end - record.copy_end};
    boot_phases[4] = (struct console_boot_phase){"start", timer_cycles() - record.hash_end};
    const struct console_machine machine = {
        .configuration = TERNEL_CONFIGURATION_NAME,
        .build_id = TERNEL_BUILD_ID,
        .memory_bytes = TERNEL_MAIN_RAM_BYTES,
        .stack_bytes = stack_bytes(),
        .stack_used = machine_stack_used,
        .bench = machine_bench,
        .counters = machine_counters,
        .reset_counters = machine_reset_counters,
        .flash = flash_store_open(record.slot, ternel_read_u32((const uint8_t *)TERNEL_STAGE1_ORIGIN +
                                                               TERNEL_STAGE1_SEQUENCE_OFFSET)),
    };
    const struct console_setup setup = {
        .platform = &platform,
        .engine = model_error == TERNEL_OK ? &engine : NULL,
        .arena_bytes = arena_bytes,
        .machine = &machine,
        .boot = boot_phases,
        .boot_phases = sizeof boot_phases / sizeof boot_phases[0],
        .echo = true,
    };
    leds_boot(LEDS_CONSOLE);
    (void)console_run(&setup);
    // A board has nowhere to go: it starts again.
    restart();
}

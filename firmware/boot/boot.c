// Stage 0. Runs in place from SPI flash with its stack and data in SRAM: brings DRAM up, copies stage 1 and
// the model there in one pass, verifies the copies with the accelerator's hash unit, and jumps. Everything
// read from flash is checked before it is used, and everything is hashed where it will be used.
#include <stdint.h>
#include <string.h>

#include "accelerator.h"
#include "boot_record.h"
#include "cache.h"
#include "container.h"
#include "flash_quad.h"
#include "leds.h"
#include "memory.h"
#include "print.h"
#include "restart.h"
#include "sha256_hardware.h"
#include "stage1_image.h"
#include "stop.h"
#include "ternel_configuration.h"
#include "ternel_flash_map.h"
#include "timer.h"
#include "watchdog.h"

/// Where things lie, as CPU addresses: the flash is memory-mapped.
#define FLASH_SLOT_A ((const uint8_t *)(TERNEL_FLASH_ORIGIN + TERNEL_FLASH_SLOT_A_OFFSET))
#define FLASH_SLOT_B ((const uint8_t *)(TERNEL_FLASH_ORIGIN + TERNEL_FLASH_SLOT_B_OFFSET))
#define FLASH_MODEL ((const uint8_t *)(TERNEL_FLASH_ORIGIN + TERNEL_FLASH_MODEL_OFFSET))
#define MEMORY_STAGE1 ((uint8_t *)TERNEL_STAGE1_ORIGIN)
#define MEMORY_MODEL ((uint8_t *)TERNEL_MODEL_ORIGIN)

enum { CONTAINER_TRAILER_BYTES = 64, COPY_BYTES = 32 };

/// At the beginning of SRAM by the linker script; stage 1 finds it there, and a restart finds the last
/// boot's.
static struct boot_record record __attribute__((section(".boot_record")));

static struct stage1_slots slots;
static struct accelerator accelerator;
static struct sha256_hardware sha256 = {.accelerator = &accelerator, .write_back = cache_write_back};

static void must(enum ternel_error error) {
    if (error != TERNEL_OK) {
        stop(error);
    }
}

/// Copies whole blocks of 32 bytes, a line of the data cache: one line fill from flash, then eight stores.
/// The loop stays in the instruction cache, so the flash sees one unbroken sequence of reads, which LiteSPI
/// serves without sending a new command. A word takes 16 cycles on the flash's four wires; written out, what
/// the CPU adds to that is about half.
static void copy(uint8_t *to, const uint8_t *from, uint32_t bytes) {
    volatile uint32_t *target = (volatile uint32_t *)(void *)to;
    const volatile uint32_t *source = (const volatile uint32_t *)(const void *)from;
    for (uint32_t left = bytes / COPY_BYTES; left != 0; left--) {
        const uint32_t w0 = source[0], w1 = source[1], w2 = source[2], w3 = source[3];
        const uint32_t w4 = source[4], w5 = source[5], w6 = source[6], w7 = source[7];
        target[0] = w0, target[1] = w1, target[2] = w2, target[3] = w3;
        target[4] = w4, target[5] = w5, target[6] = w6, target[7] = w7;
        target += COPY_BYTES / 4;
        source += COPY_BYTES / 4;
    }
}

/// Leaves the machine without a model and says why: stage 1 has a console all the same, through which another
/// model can come.
static void refuse_model(enum ternel_error error) {
    record.model_error = error;
    record.model_bytes = 0;
    print_error(error);
    print_text("\n");
}

/// Checks the model's header and sets record.model_bytes by it.
static void find_model(const uint8_t *model, uint32_t room) {
    const enum ternel_error error = ternel_container_measure(model, room, &record.model_bytes);
    if (error != TERNEL_OK) {
        refuse_model(error);
    } else if (record.model_bytes > TERNEL_MODEL_BYTES) {
        refuse_model(TERNEL_ERROR_IMAGE_MODEL_MEMORY);
    }
}

/// Says why a slot is not what boots. An empty one is nothing to talk about.
static void report_slot(uint32_t slot) {
    if (slots.errors[slot] != TERNEL_OK && slots.errors[slot] != TERNEL_ERROR_IMAGE_MAGIC) {
        print_text(slot == 0 ? "Slot A: " : "Slot B: ");
        print_error(slots.errors[slot]);
        print_text("\n");
    }
}

/// The slot to boot, or the machine stops.
static void find_stage1(void) {
    if (record.copied) {
        stage1_slots_read(FLASH_SLOT_A, FLASH_SLOT_B, TERNEL_BUILD_ID, &slots);
        report_slot(1 - slots.first);
    } else {
        slots.errors[0] = stage1_image_read(MEMORY_STAGE1, TERNEL_BUILD_ID, &slots.images[0]);
    }
    must(slots.errors[slots.first]);
    record.slot = slots.first;
}

/// Copies the flash's two images, or finds them preloaded, and returns what their headers say. A preloaded
/// model may be larger than the flash.
static struct stage1_image load(void) {
    find_stage1();
    const struct stage1_image image = slots.images[record.slot];
    const uint8_t *stage1 = record.slot == 0 ? FLASH_SLOT_A : FLASH_SLOT_B;
    const uint8_t *model = record.copied ? FLASH_MODEL : MEMORY_MODEL;
    find_model(model, record.copied ? TERNEL_FLASH_MODEL_BYTES : TERNEL_MODEL_BYTES);
    if (record.copied) {
        print_text("Copying ");
        print_decimal(image.total_bytes / 1024);
        print_text(" KiB of firmware and ");
        print_decimal(record.model_bytes / 1024);
        print_text(" KiB of model from flash.\n");
        copy(MEMORY_STAGE1, stage1, image.total_bytes);
        copy(MEMORY_MODEL, model, record.model_bytes);
    }
    return image;
}

/// The SHA-256 of memory; a hash unit that fails stops the boot.
static void hash(const uint8_t *bytes, uint32_t size, uint8_t digest[TERNEL_SHA256_BYTES]) {
    sha256_hardware_start(&sha256);
    sha256_hardware_update(&sha256, bytes, size);
    sha256_hardware_finish(&sha256, digest);
    must(sha256.error);
}

/// Stage 1's hash is over the header with its digest field zero, then the payload.
static enum ternel_error verify_stage1(const struct stage1_image *image) {
    uint8_t digest[TERNEL_SHA256_BYTES];
    uint8_t expected[TERNEL_SHA256_BYTES];
    memcpy(expected, MEMORY_STAGE1 + TERNEL_STAGE1_SHA256_OFFSET, sizeof expected);
    memset(MEMORY_STAGE1 + TERNEL_STAGE1_SHA256_OFFSET, 0, sizeof expected);
    hash(MEMORY_STAGE1, image->total_bytes, digest);
    return memcmp(digest, expected, sizeof digest) == 0 ? TERNEL_OK : TERNEL_ERROR_IMAGE_HASH;
}

/// The other slot's stage 1 in memory, where there is a valid one; otherwise the machine stops.
static struct stage1_image load_other(void) {
    const uint32_t bad = record.slot;
    const uint32_t other = 1 - bad;
    if (!record.copied || slots.errors[other] != TERNEL_OK) {
        stop(TERNEL_ERROR_IMAGE_HASH);
    }
    slots.errors[bad] = TERNEL_ERROR_IMAGE_HASH;
    report_slot(bad);
    record.slot = other;
    const struct stage1_image image = slots.images[other];
    copy(MEMORY_STAGE1, other == 0 ? FLASH_SLOT_A : FLASH_SLOT_B, image.total_bytes);
    must(verify_stage1(&image));
    return image;
}

/// Stage 1 opens the container and checks every table; whether its bytes are the right ones is settled here.
static void verify_model(void) {
    uint8_t digest[TERNEL_SHA256_BYTES];
    const uint32_t content = record.model_bytes - CONTAINER_TRAILER_BYTES;
    hash(MEMORY_MODEL, content, digest);
    if (memcmp(digest, MEMORY_MODEL + content, sizeof digest) != 0) {
        refuse_model(TERNEL_ERROR_CONTAINER_HASH);
    }
}

_Noreturn void boot(void);
_Noreturn void trap(uint32_t cause, uint32_t pc, uint32_t address);

_Noreturn void boot(void) {
    // A harness preloads DRAM once: after a restart stage 1 there has run and no longer is what it was.
    const bool preloaded = simulation_preloaded() && record.magic != BOOT_RECORD_MAGIC;
    record =
        (struct boot_record){.magic = BOOT_RECORD_MAGIC, .build_id = TERNEL_BUILD_ID, .copied = !preloaded};
    record.reset_end = timer_cycles();
    // First of all: until then every instruction comes over one line.
    uint32_t flash_id = 0;
    const enum ternel_error flash_error = flash_quad_enable(&flash_id);
    leds_boot(LEDS_STAGE0);
    watchdog_start(UINT32_MAX);
    print_text("\nTernel stage 0, configuration " TERNEL_CONFIGURATION_NAME ", build ");
    print_hexadecimal(TERNEL_BUILD_ID);
    print_text("\n");
    if (flash_error != TERNEL_OK) {
        print_text("Flash ");
        print_hexadecimal(flash_id);
        print_text(": ");
        print_error(flash_error);
        print_text("\n");
    }
    must(accelerator_open(&accelerator, TERNEL_ACCELERATOR_ORIGIN, TERNEL_MAIN_RAM_ORIGIN,
                          TERNEL_MAIN_RAM_BYTES, TERNEL_BUILD_ID));

    if (simulation_trained()) {
        memory_keep();
    } else {
        memory_train();
    }
    if (record.copied) {
        must(memory_test());
    }
    record.memory_end = timer_cycles();
    leds_boot(LEDS_MEMORY);

    struct stage1_image image = load();
    record.copy_end = timer_cycles();

    if (verify_stage1(&image) != TERNEL_OK) {
        image = load_other();
    }
    if (record.model_error == TERNEL_OK && (record.copied || !simulation_model_checked())) {
        verify_model();
    }
    record.hash_end = timer_cycles();

    watchdog_feed();
    cache_forget_instructions();
    ((void (*)(void))(uintptr_t)image.entry)();
    stop(TERNEL_ERROR_IMAGE_ENTRY);
}

_Noreturn void trap(uint32_t cause, uint32_t pc, uint32_t address) {
    print_trap("Trap in stage 0", cause, pc, address);
    stop(TERNEL_ERROR_TRAP);
}

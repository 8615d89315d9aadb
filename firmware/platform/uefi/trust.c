#include "trust.h"

#include <string.h>

#include "system.h"
#include "ternel_container.h"
#include "ternel_uefi_disk.h"

/// What the section holds. The linker fills in an empty list, the image builder the models of its disk.
struct model_list {
    uint8_t magic[8];
    uint32_t count;
    uint8_t zero[20];
    uint8_t digest[TERNEL_UEFI_MODELS_MOST][TERNEL_SHA256_BYTES];
};
_Static_assert(offsetof(struct model_list, digest) == 32, "boards/uefi-application.ts");

/// Volatile: these are not the bytes that the compiler sees.
__attribute__((section(TERNEL_UEFI_MODEL_LIST_SECTION),
               used)) static const volatile struct model_list list = {.magic = TERNEL_UEFI_MODEL_LIST_MAGIC};

uint32_t trust_count(void) {
    const uint32_t count = list.count;
    return count <= TERNEL_UEFI_MODELS_MOST ? count : 0;
}

bool trust_lists(const uint8_t *digest) {
    const uint32_t count = trust_count();
    for (uint32_t i = 0; i < count; i++) {
        uint32_t same = 0;
        while (same < TERNEL_SHA256_BYTES && list.digest[i][same] == digest[same]) {
            same++;
        }
        if (same == TERNEL_SHA256_BYTES) {
            return true;
        }
    }
    return false;
}

/// A variable of one byte; 0 where there is none.
static uint8_t variable(const uint16_t *name) {
    uint8_t value = 0;
    size_t size = sizeof value;
    return uefi_failed(uefi->runtime->get_variable(name, &uefi_global_variable_guid, NULL, &size, &value))
               ? 0
               : value;
}

bool trust_enforced(void) {
    static const uint16_t secure_boot[] = {'S', 'e', 'c', 'u', 'r', 'e', 'B', 'o', 'o', 't', 0};
    static const uint16_t setup_mode[] = {'S', 'e', 't', 'u', 'p', 'M', 'o', 'd', 'e', 0};
    return variable(secure_boot) == 1 && variable(setup_mode) == 0;
}

enum ternel_error trust_check(const uint8_t *container, size_t bytes) {
    if (bytes < TERNEL_CONTAINER_TRAILER_BYTES) {
        return TERNEL_ERROR_CONTAINER_SHORT;
    }
    const bool listed = trust_lists(container + bytes - TERNEL_CONTAINER_TRAILER_BYTES);
    return listed || !trust_enforced() ? TERNEL_OK : TERNEL_ERROR_IMAGE_MODEL_UNLISTED;
}

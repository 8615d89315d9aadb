#include "system.h"

struct uefi_system_table *uefi;
uefi_handle uefi_image;

void *uefi_protocol(uefi_handle handle, const struct uefi_guid *guid) {
    void *interface = NULL;
    return uefi_failed(uefi->boot->handle_protocol(handle, guid, &interface)) ? NULL : interface;
}

size_t uefi_handles(const struct uefi_guid *guid, uefi_handle **handles) {
    size_t count = 0;
    *handles = NULL;
    return uefi_failed(uefi->boot->locate_handles(UEFI_LOCATE_BY_PROTOCOL, guid, NULL, &count, handles))
               ? 0
               : count;
}

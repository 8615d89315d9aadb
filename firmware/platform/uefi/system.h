// The firmware's tables, known to everything in this folder.
#pragma once

#include "uefi.h"

extern struct uefi_system_table *uefi;
extern uefi_handle uefi_image;

static inline bool uefi_failed(uefi_status status) {
    return (status & UEFI_ERROR(0)) != 0;
}

/// A protocol of a handle; NULL where it has none.
void *uefi_protocol(uefi_handle handle, const struct uefi_guid *guid);

/// All handles with a protocol; their number. To be given back with free_pool where there are any.
size_t uefi_handles(const struct uefi_guid *guid, uefi_handle **handles);

// The models that this machine finds: files *.tern in the root folder of the partition from which it booted,
// and whole partitions of the type that means "a Ternel model" (boards/uefi-disk.ts).
#pragma once

#include "container.h"
#include "system.h"
#include "ternel_uefi_disk.h"

enum { MODELS_MAX = TERNEL_UEFI_MODELS_MOST, MODEL_LABEL_BYTES = 64, MODEL_FILE_NAME = 128 };

struct model {
    char label[MODEL_LABEL_BYTES]; ///< the file's or the partition's name, in ASCII
    uint64_t room;                 ///< bytes of the file or partition
    bool whole_file;               ///< then the container must fill it; a partition is larger
    uint16_t file[MODEL_FILE_NAME];
    struct uefi_block_device *device; ///< of a partition
    /// What its header says: `error`, or a container of `bytes` bytes.
    enum ternel_error error;
    uint32_t bytes;
    char name[32];
    uint64_t parameters;
    struct ternel_container header; ///< its shape and offsets, nothing else
};

struct models {
    struct uefi_file *root; ///< NULL: the boot partition has no file system that opens
    struct model list[MODELS_MAX];
    uint32_t count;
    bool more; ///< than the list holds
};

/// Looks for models and reads their headers.
void models_find(struct models *models);

/// Reads a whole model into memory of at least `model_memory` bytes, in large blocks. Under Secure Boot it is
/// one of the signed application's list, or TERNEL_ERROR_IMAGE_MODEL_UNLISTED.
enum ternel_error models_read(const struct models *models, const struct model *model,
                              uint8_t *memory) TERNEL_MUST_CHECK;

/// Memory that models_read needs: whole blocks of a partition.
size_t model_memory(const struct model *model);

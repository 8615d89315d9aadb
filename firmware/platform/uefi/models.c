#include "models.h"

#include <string.h>

#include "container_layout.h"
#include "ternel_uefi_disk.h"
#include "trust.h"

enum {
    HEAD_BYTES = 4096, ///< a block or more, with the header
    READ_AT_ONCE = 8 << 20,
    FOLDER_ENTRY_BYTES = 1024,
    FOLDER_ENTRIES_MOST = 4096, ///< a damaged folder may go round in circles
};

static const struct uefi_guid model_partition = TERNEL_UEFI_MODEL_PARTITION;

/// Names of files and partitions are UTF-16; what is not ASCII prints as "?".
static void set_label(struct model *model, const uint16_t *name, size_t length) {
    size_t at = 0;
    for (; at < length && at + 1 < MODEL_LABEL_BYTES && name[at] != 0; at++) {
        model->label[at] = name[at] >= ' ' && name[at] < 0x7f ? (char)name[at] : '?';
    }
    model->label[at] = 0;
}

static uint64_t parameters_of(const struct ternel_shape *shape) {
    const uint64_t d = shape->dimension;
    const uint64_t layer = 4 * d * d + 3 * d * shape->intermediate;
    return shape->layers * layer + 2 * d * shape->vocabulary;
}

/// What the header tells; a damaged one stays in the list with its error.
static void read_header(struct model *model, const uint8_t *bytes, size_t size) {
    if (size < TERNEL_CONTAINER_HEADER_BYTES) {
        model->error = TERNEL_ERROR_CONTAINER_SHORT;
        return;
    }
    const size_t room = model->room < UINT32_MAX ? (size_t)model->room : UINT32_MAX;
    model->error = ternel_container_measure(bytes, room, &model->bytes);
    if (model->error != TERNEL_OK) {
        return;
    }
    model->error = ternel_container_read_header(bytes, &model->header.shape, &model->header.at);
    memcpy(model->name, bytes + TERNEL_CONTAINER_NAME_OFFSET, sizeof model->name);
    model->parameters = parameters_of(&model->header.shape);
}

/// The next free entry, empty; NULL when the list is full.
static struct model *add(struct models *models) {
    if (models->count == MODELS_MAX) {
        models->more = true;
        return NULL;
    }
    struct model *model = &models->list[models->count++];
    memset(model, 0, sizeof *model);
    return model;
}

static bool ends_in_tern(const uint16_t *name, size_t length) {
    static const char ending[] = ".tern";
    const size_t size = sizeof ending - 1;
    if (length <= size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const uint16_t c = name[length - size + i];
        if (c != (uint16_t)ending[i] && c != (uint16_t)(ending[i] - (i == 0 ? 0 : 'a' - 'A'))) {
            return false;
        }
    }
    return true;
}

static struct uefi_file *open_file(const struct models *models, const struct model *model) {
    struct uefi_file *file = NULL;
    return uefi_failed(models->root->open(models->root, &file, model->file, UEFI_FILE_READ, 0)) ? NULL : file;
}

static void find_file(struct models *models, const struct uefi_file_info *info, uint8_t *head) {
    size_t length = 0;
    while (length < MODEL_FILE_NAME && info->name[length] != 0) {
        length++;
    }
    struct model *model;
    if ((info->attributes & UEFI_FILE_DIRECTORY) != 0 || length == MODEL_FILE_NAME ||
        !ends_in_tern(info->name, length) || (model = add(models)) == NULL) {
        return;
    }
    memcpy(model->file, info->name, 2 * length);
    set_label(model, info->name, length);
    model->room = info->file_bytes;
    model->whole_file = true;
    struct uefi_file *file = open_file(models, model);
    size_t size = HEAD_BYTES;
    if (file == NULL || uefi_failed(file->read(file, &size, head))) {
        model->error = TERNEL_ERROR_FILE_UNREADABLE;
    } else {
        read_header(model, head, size);
    }
    if (file != NULL) {
        (void)file->close(file);
    }
}

static void find_files(struct models *models, uint8_t *head) {
    static _Alignas(struct uefi_file_info) uint8_t entry[FOLDER_ENTRY_BYTES];
    const struct uefi_loaded_image *image = uefi_protocol(uefi_image, &uefi_loaded_image_guid);
    struct uefi_file_system *volume =
        image == NULL ? NULL : uefi_protocol(image->device, &uefi_file_system_guid);
    if (volume == NULL || uefi_failed(volume->open_volume(volume, &models->root))) {
        models->root = NULL;
        return;
    }
    (void)models->root->set_position(models->root, 0);
    for (uint32_t i = 0; i < FOLDER_ENTRIES_MOST; i++) {
        size_t size = sizeof entry;
        if (uefi_failed(models->root->read(models->root, &size, entry)) || size == 0) {
            return;
        }
        find_file(models, (const struct uefi_file_info *)entry, head);
    }
}

static bool is_model_partition(const struct uefi_partition *partition) {
    return partition != NULL && partition->kind == UEFI_PARTITION_GPT &&
           memcmp(&partition->type, &model_partition, sizeof model_partition) == 0;
}

static void find_partitions(struct models *models, uint8_t *head) {
    uefi_handle *handles;
    const size_t count = uefi_handles(&uefi_partition_guid, &handles);
    for (size_t i = 0; i < count; i++) {
        const struct uefi_partition *partition = uefi_protocol(handles[i], &uefi_partition_guid);
        struct uefi_block_device *device = uefi_protocol(handles[i], &uefi_block_device_guid);
        struct model *model;
        if (!is_model_partition(partition) || device == NULL || (model = add(models)) == NULL) {
            continue;
        }
        uint16_t name[sizeof partition->name / 2];
        memcpy(name, partition->name, sizeof name);
        set_label(model, name, sizeof name / 2);
        model->device = device;
        const struct uefi_block_media *media = device->media;
        model->room = (media->last_block + 1) * media->block_bytes;
        if (media->block_bytes == 0 || HEAD_BYTES % media->block_bytes != 0 || model->room < HEAD_BYTES ||
            uefi_failed(device->read(device, media->id, 0, HEAD_BYTES, head))) {
            model->error = TERNEL_ERROR_FILE_UNREADABLE;
        } else {
            read_header(model, head, HEAD_BYTES);
        }
    }
    if (count != 0) {
        (void)uefi->boot->free_pool(handles);
    }
}

void models_find(struct models *models) {
    static _Alignas(UEFI_PAGE) uint8_t head[HEAD_BYTES];
    memset(models, 0, sizeof *models);
    find_files(models, head);
    find_partitions(models, head);
}

size_t model_memory(const struct model *model) {
    return ((size_t)model->bytes + HEAD_BYTES - 1) / HEAD_BYTES * HEAD_BYTES;
}

TERNEL_MUST_CHECK
static enum ternel_error read_file(const struct models *models, const struct model *model, uint8_t *memory) {
    if (model->room > model->bytes) {
        return TERNEL_ERROR_CONTAINER_TRAILING;
    }
    struct uefi_file *file = open_file(models, model);
    size_t done = 0;
    bool going = file != NULL;
    while (going && done < model->bytes) {
        size_t size = model->bytes - done < READ_AT_ONCE ? model->bytes - done : READ_AT_ONCE;
        going = !uefi_failed(file->read(file, &size, memory + done)) && size != 0;
        done += going ? size : 0;
    }
    if (file != NULL) {
        (void)file->close(file);
    }
    return done == model->bytes ? TERNEL_OK : TERNEL_ERROR_FILE_UNREADABLE;
}

TERNEL_MUST_CHECK
static enum ternel_error read_partition(const struct model *model, uint8_t *memory) {
    struct uefi_block_device *device = model->device;
    const struct uefi_block_media *media = device->media;
    const size_t bytes = model_memory(model); // a multiple of the block, and within the partition: its end is
    for (size_t done = 0; done < bytes;) {    // at one of 4 KiB
        const size_t size = bytes - done < READ_AT_ONCE ? bytes - done : READ_AT_ONCE;
        if (bytes > model->room ||
            uefi_failed(device->read(device, media->id, done / media->block_bytes, size, memory + done))) {
            return TERNEL_ERROR_FILE_UNREADABLE;
        }
        done += size;
    }
    return TERNEL_OK;
}

enum ternel_error models_read(const struct models *models, const struct model *model, uint8_t *memory) {
    TERNEL_TRY(model->device == NULL ? read_file(models, model, memory) : read_partition(model, memory));
    return trust_check(memory, model->bytes);
}

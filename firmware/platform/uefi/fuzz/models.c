// Any disk: what a firmware may tell of its folders, files and partitions, from the input's bytes. The first
// 64 are directions, the rest the contents of every file and partition. Whatever is found is read, and
// opened.
#include <stdlib.h>
#include <string.h>

#include "models.h"
#include "settings.h"
#include "sha256_nettle.h"
#include "trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DIRECTIONS = 64, PARTITIONS = 4, MODEL_BYTES_MOST = 1 << 20 };

static const uint8_t *directions;
static size_t at; ///< in the directions, which go round
static const uint8_t *contents;
static size_t contents_size;

static uint8_t direction(void) {
    return directions[at++ % DIRECTIONS];
}

static uint64_t number(void) {
    static const uint64_t edges[] = {0, 1, 511, 512, 4095, 4096, UINT32_MAX, UINT64_MAX};
    const uint8_t kind = direction();
    if (kind < 64) {
        return edges[kind % (sizeof edges / sizeof edges[0])];
    }
    if (kind < 160) {
        return contents_size / 2 + kind; // near the truth
    }
    return kind < 200 ? contents_size : (uint64_t)direction() << (direction() % 57);
}

static uefi_status status(void) {
    return direction() < 8 ? UEFI_ERROR(7) : UEFI_SUCCESS;
}

/// Bytes of the contents from an offset on, at most so many; sometimes fewer.
static size_t copy(void *to, size_t size, uint64_t offset) {
    const size_t left = offset < contents_size ? contents_size - (size_t)offset : 0;
    size_t count = size < left ? size : left;
    count = direction() < 16 ? count / 2 : count;
    memcpy(to, contents + (left == 0 ? 0 : offset), count);
    return count;
}

/// A file of the contents; its position lies behind it.
struct open_file {
    struct uefi_file file;
    uint64_t position;
};

static uefi_status read_file(struct uefi_file *self, size_t *size, void *bytes) {
    struct open_file *file = (struct open_file *)self;
    *size = copy(bytes, *size, file->position);
    file->position += *size;
    return status();
}

static uefi_status close_file(struct uefi_file *self) {
    free(self);
    return UEFI_SUCCESS;
}

static uefi_status open_file(struct uefi_file *self, struct uefi_file **file, const uint16_t *name,
                             uint64_t mode, uint64_t attributes) {
    (void)self;
    (void)mode;
    (void)attributes;
    for (size_t i = 0; name[i] != 0; i++) {
        if (i + 1 == MODEL_FILE_NAME) {
            abort(); // a name without an end
        }
    }
    const uefi_status result = status();
    if (uefi_failed(result)) {
        return result;
    }
    struct open_file *opened = calloc(1, sizeof *opened);
    opened->file.read = read_file;
    opened->file.close = close_file;
    *file = &opened->file;
    return result;
}

/// An entry of the folder: any size, any attributes, a name that often ends in .tern and seldom in a zero.
static uefi_status read_folder(struct uefi_file *self, size_t *size, void *bytes) {
    static const uint16_t ending[] = {'.', 't', 'E', 'r', 'n'};
    struct uefi_file_info *info = bytes;
    (void)self;
    const size_t room = (*size - sizeof *info) / 2;
    const size_t length = direction() < 32 ? room : direction() % 140;
    if (direction() < 8) {
        *size = 0;
        return status();
    }
    info->file_bytes = number();
    info->attributes = direction() < 16 ? UEFI_FILE_DIRECTORY : 0;
    for (size_t i = 0; i < length; i++) {
        info->name[i] = (uint16_t)(direction() | direction() % 4 << 8);
    }
    const size_t end = length < MODEL_FILE_NAME ? length : MODEL_FILE_NAME;
    if (end > 5) {
        memcpy(&info->name[end - 5], ending, sizeof ending);
    }
    if (length < room && direction() < 240) {
        info->name[length] = 0;
    }
    *size = sizeof *info + 2 * length;
    return status();
}

static uefi_status set_position(struct uefi_file *self, uint64_t position) {
    (void)self;
    (void)position;
    return status();
}

static struct uefi_file root = {.open = open_file, .read = read_folder, .set_position = set_position};

static uefi_status open_volume(struct uefi_file_system *self, struct uefi_file **file) {
    (void)self;
    *file = &root;
    return status();
}

static struct uefi_file_system volume = {.open_volume = open_volume};
static struct uefi_loaded_image loaded;
static struct uefi_partition partitions[PARTITIONS];
static struct uefi_block_media media[PARTITIONS];
static struct uefi_block_device devices[PARTITIONS];

static uefi_status read_block(struct uefi_block_device *self, uint32_t id, uint64_t block, size_t size,
                              void *bytes) {
    (void)id;
    const struct uefi_block_media *medium = self->media;
    const uint64_t room = (medium->last_block + 1) * medium->block_bytes;
    if (medium->block_bytes == 0 || size % medium->block_bytes != 0 || size > room ||
        block > (room - size) / medium->block_bytes) {
        abort(); // 13.9: a firmware would refuse this; nobody may ask for it
    }
    const size_t count = copy(bytes, size, block * medium->block_bytes);
    memset((uint8_t *)bytes + count, 0, size - count);
    return status();
}

static uefi_status handle_protocol(uefi_handle handle, const struct uefi_guid *protocol, void **interface) {
    const struct uefi_partition *partition = handle;
    const bool is_partition = partition >= partitions && partition < partitions + PARTITIONS;
    if (memcmp(protocol, &uefi_loaded_image_guid, sizeof *protocol) == 0) {
        *interface = &loaded;
    } else if (memcmp(protocol, &uefi_file_system_guid, sizeof *protocol) == 0) {
        *interface = &volume;
    } else if (memcmp(protocol, &uefi_partition_guid, sizeof *protocol) == 0) {
        *interface = handle;
    } else if (is_partition) {
        *interface = &devices[partition - partitions];
    }
    return status();
}

static uefi_status locate_handles(uint32_t how, const struct uefi_guid *protocol, void *key, size_t *count,
                                  uefi_handle **handles) {
    (void)how;
    (void)protocol;
    (void)key;
    const uefi_status result = status();
    *count = PARTITIONS;
    *handles = uefi_failed(result) ? NULL : malloc(PARTITIONS * sizeof **handles);
    for (size_t i = 0; i < PARTITIONS && *handles != NULL; i++) {
        (*handles)[i] = &partitions[i];
    }
    return result;
}

static uefi_status free_pool(void *memory) {
    free(memory);
    return UEFI_SUCCESS;
}

static bool enforced;

static uefi_status get_variable(const uint16_t *name, const struct uefi_guid *vendor, uint32_t *attributes,
                                size_t *size, void *data) {
    (void)vendor;
    (void)attributes;
    *size = 1;
    *(uint8_t *)data = name[1] == 'e' && name[2] == 'c' && enforced;
    return UEFI_SUCCESS;
}

static void make_partitions(void) {
    static const struct uefi_guid type = TERNEL_UEFI_MODEL_PARTITION;
    for (size_t i = 0; i < PARTITIONS; i++) {
        partitions[i] =
            (struct uefi_partition){.kind = direction() < 240 ? UEFI_PARTITION_GPT : 0, .type = type};
        for (size_t k = 0; k < sizeof partitions[i].name / 2; k++) {
            partitions[i].name[k] = (uint16_t)(direction() | direction() % 4 << 8);
        }
        const uint32_t block = direction() < 200 ? 512 : (uint32_t)number();
        const uint64_t bytes = number();
        media[i] = (struct uefi_block_media){
            .block_bytes = block, .last_block = block == 0 ? bytes : bytes / block + direction() % 9};
        devices[i] = (struct uefi_block_device){.media = &media[i], .read = read_block};
    }
}

/// What was found is read into memory of exactly the bytes that it asks for.
static void read_model(const struct models *models, const struct model *model) {
    struct sha256_ctx state;
    struct ternel_container container;
    const struct ternel_sha256 sha256 = sha256_nettle(&state);
    for (size_t i = 0; i < MODEL_LABEL_BYTES && model->label[i] != 0; i++) {
        if (model->label[i] < ' ' || model->label[i] > '~' || i + 1 == MODEL_LABEL_BYTES) {
            abort(); // it goes to a terminal
        }
    }
    if (model->error != TERNEL_OK || model->bytes > MODEL_BYTES_MOST) {
        return;
    }
    uint8_t *memory = aligned_alloc(64, model_memory(model));
    if (models_read(models, model, memory) == TERNEL_OK) {
        const enum ternel_error error = ternel_container_open(&container, memory, model->bytes, &sha256);
        if (enforced || (error == TERNEL_OK && container.shape.total_bytes != model->bytes)) {
            abort(); // Secure Boot with an empty list runs nothing
        }
    }
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct uefi_boot_services boot = {
        .handle_protocol = handle_protocol, .locate_handles = locate_handles, .free_pool = free_pool};
    static struct uefi_runtime_services runtime = {.get_variable = get_variable};
    static struct uefi_system_table table = {.boot = &boot, .runtime = &runtime};
    static struct models models;
    struct settings settings;
    if (size < DIRECTIONS) {
        return 0;
    }
    uefi = &table;
    directions = data;
    at = 0;
    contents = data + DIRECTIONS;
    contents_size = size - DIRECTIONS;
    enforced = direction() % 2 == 0;
    make_partitions();
    models_find(&models);
    for (uint32_t i = 0; i < models.count; i++) {
        read_model(&models, &models.list[i]);
    }
    settings_read(&settings, models.root);
    return 0;
}

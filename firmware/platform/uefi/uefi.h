// The part of UEFI 2.10 that this application uses, written from the specification; section numbers are its.
// Tables are spelled out as far as something in them is called, with their offsets asserted.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t uefi_status;
typedef void *uefi_handle;
typedef void *uefi_event;

/// Appendix D: an error has the highest bit set.
#define UEFI_ERROR(code) (UINT64_C(0x8000000000000000) | (code))
enum { UEFI_SUCCESS = 0 };

struct uefi_guid {
    uint32_t first;
    uint16_t second;
    uint16_t third;
    uint8_t rest[8];
};
_Static_assert(sizeof(struct uefi_guid) == 16, "a GUID has 16 bytes");

/// 12.3: a key, or a scan code with no character.
struct uefi_key {
    uint16_t scan_code;
    uint16_t character;
};

struct uefi_text_input {
    uefi_status (*reset)(struct uefi_text_input *self, bool extended);
    uefi_status (*read_key)(struct uefi_text_input *self, struct uefi_key *key);
    uefi_event key_waits;
};

/// 12.4
struct uefi_text_output {
    uefi_status (*reset)(struct uefi_text_output *self, bool extended);
    uefi_status (*output_string)(struct uefi_text_output *self, const uint16_t *text);
    void *unused[4];
    uefi_status (*clear_screen)(struct uefi_text_output *self);
    void *position;
    uefi_status (*enable_cursor)(struct uefi_text_output *self, bool visible);
};
_Static_assert(offsetof(struct uefi_text_output, enable_cursor) == 64, "UEFI 12.4");

/// 12.8
struct uefi_serial {
    uint32_t revision;
    void *reset;
    uefi_status (*set_attributes)(struct uefi_serial *self, uint64_t baud, uint32_t fifo, uint32_t timeout,
                                  uint32_t parity, uint8_t data_bits, uint32_t stop_bits);
    void *set_control;
    uefi_status (*get_control)(struct uefi_serial *self, uint32_t *control);
    uefi_status (*write)(struct uefi_serial *self, size_t *size, const void *bytes);
    uefi_status (*read)(struct uefi_serial *self, size_t *size, void *bytes);
};
_Static_assert(offsetof(struct uefi_serial, read) == 48, "UEFI 12.8");
enum { UEFI_SERIAL_INPUT_EMPTY = 0x100 };

/// 7.2: a run of memory; the firmware says how long an entry is.
struct uefi_memory {
    uint32_t type;
    uint64_t start;
    uint64_t virtual_start;
    uint64_t pages;
    uint64_t attributes;
};
_Static_assert(offsetof(struct uefi_memory, attributes) == 32, "UEFI 7.2");
enum { UEFI_PAGE = 4096, UEFI_MEMORY_LOADER_DATA = 2, UEFI_MEMORY_FREE = 7 };
enum { UEFI_ALLOCATE_ANY = 0 };

enum { UEFI_TIMER_PERIODIC = 1, UEFI_EVENT_TIMER = INT32_MIN, UEFI_OPEN_EXCLUSIVE = 0x20 };
enum { UEFI_LOCATE_BY_PROTOCOL = 2 };

/// 4.4
struct uefi_boot_services {
    uint8_t header[24];
    void *tasks[2];
    uefi_status (*allocate_pages)(uint32_t how, uint32_t type, size_t pages, uint64_t *address);
    uefi_status (*free_pages)(uint64_t address, size_t pages);
    uefi_status (*get_memory_map)(size_t *size, void *map, size_t *key, size_t *entry_bytes,
                                  uint32_t *version);
    uefi_status (*allocate_pool)(uint32_t type, size_t size, void **memory);
    uefi_status (*free_pool)(void *memory);
    uefi_status (*create_event)(uint32_t type, size_t level, void *notify, void *context, uefi_event *event);
    uefi_status (*set_timer)(uefi_event event, uint32_t kind, uint64_t hundred_nanoseconds);
    uefi_status (*wait_for_event)(size_t count, uefi_event *events, size_t *index);
    void *signal_event;
    uefi_status (*close_event)(uefi_event event);
    uefi_status (*check_event)(uefi_event event);
    void *interfaces[3];
    uefi_status (*handle_protocol)(uefi_handle handle, const struct uefi_guid *protocol, void **interface);
    void *lookup[7];
    uefi_status (*exit)(uefi_handle image, uefi_status status, size_t size, uint16_t *data);
    void *images[3];
    uefi_status (*stall)(size_t microseconds);
    uefi_status (*set_watchdog_timer)(size_t seconds, uint64_t code, size_t size, uint16_t *data);
    void *controllers[2];
    uefi_status (*open_protocol)(uefi_handle handle, const struct uefi_guid *protocol, void **interface,
                                 uefi_handle agent, uefi_handle controller, uint32_t attributes);
    void *protocols[3];
    uefi_status (*locate_handles)(uint32_t how, const struct uefi_guid *protocol, void *key, size_t *count,
                                  uefi_handle **handles);
    uefi_status (*locate_protocol)(const struct uefi_guid *protocol, void *registration, void **interface);
};
_Static_assert(offsetof(struct uefi_boot_services, allocate_pages) == 40, "UEFI 4.4");
_Static_assert(offsetof(struct uefi_boot_services, handle_protocol) == 152, "UEFI 4.4");
_Static_assert(offsetof(struct uefi_boot_services, stall) == 248, "UEFI 4.4");
_Static_assert(offsetof(struct uefi_boot_services, open_protocol) == 280, "UEFI 4.4");
_Static_assert(offsetof(struct uefi_boot_services, locate_protocol) == 320, "UEFI 4.4");

enum { UEFI_RESET_COLD = 0, UEFI_RESET_SHUTDOWN = 2 };

/// 4.5
struct uefi_runtime_services {
    uint8_t header[24];
    void *time_and_addresses[6];
    uefi_status (*get_variable)(const uint16_t *name, const struct uefi_guid *vendor, uint32_t *attributes,
                                size_t *size, void *data);
    void *variables[3];
    void (*reset_system)(uint32_t kind, uefi_status status, size_t size, void *data);
};
_Static_assert(offsetof(struct uefi_runtime_services, get_variable) == 72, "UEFI 4.5");
_Static_assert(offsetof(struct uefi_runtime_services, reset_system) == 104, "UEFI 4.5");

/// 4.3
struct uefi_system_table {
    uint8_t header[24];
    uint16_t *vendor;
    uint32_t revision;
    uefi_handle input_handle;
    struct uefi_text_input *input;
    uefi_handle output_handle;
    struct uefi_text_output *output;
    uefi_handle error_handle;
    struct uefi_text_output *error;
    struct uefi_runtime_services *runtime;
    struct uefi_boot_services *boot;
};
_Static_assert(offsetof(struct uefi_system_table, boot) == 96, "UEFI 4.3");

/// 9.1
struct uefi_loaded_image {
    uint32_t revision;
    uefi_handle parent;
    struct uefi_system_table *system;
    uefi_handle device;
};
_Static_assert(offsetof(struct uefi_loaded_image, device) == 24, "UEFI 9.1");

/// 13.5
struct uefi_file {
    uint64_t revision;
    uefi_status (*open)(struct uefi_file *self, struct uefi_file **file, const uint16_t *name, uint64_t mode,
                        uint64_t attributes);
    uefi_status (*close)(struct uefi_file *self);
    void *remove;
    uefi_status (*read)(struct uefi_file *self, size_t *size, void *bytes);
    void *write;
    void *get_position;
    uefi_status (*set_position)(struct uefi_file *self, uint64_t position);
};
_Static_assert(offsetof(struct uefi_file, set_position) == 56, "UEFI 13.5");
enum { UEFI_FILE_READ = 1, UEFI_FILE_DIRECTORY = 0x10 };

/// 13.4
struct uefi_file_system {
    uint64_t revision;
    uefi_status (*open_volume)(struct uefi_file_system *self, struct uefi_file **root);
};

/// 13.5.16: what reading a folder gives, one entry at a time.
struct uefi_file_info {
    uint64_t size;
    uint64_t file_bytes;
    uint64_t disk_bytes;
    uint8_t times[48];
    uint64_t attributes;
    uint16_t name[];
};
_Static_assert(offsetof(struct uefi_file_info, name) == 80, "UEFI 13.5.16");

/// 13.9
struct uefi_block_media {
    uint32_t id;
    bool removable;
    bool present;
    bool partition;
    bool read_only;
    bool caches_writes;
    uint32_t block_bytes;
    uint32_t align;
    uint64_t last_block;
};
_Static_assert(offsetof(struct uefi_block_media, block_bytes) == 12, "UEFI 13.9");
_Static_assert(offsetof(struct uefi_block_media, last_block) == 24, "UEFI 13.9");

struct uefi_block_device {
    uint64_t revision;
    struct uefi_block_media *media;
    void *reset;
    uefi_status (*read)(struct uefi_block_device *self, uint32_t media, uint64_t block, size_t size,
                        void *bytes);
};
_Static_assert(offsetof(struct uefi_block_device, read) == 24, "UEFI 13.9");

/// 13.18; the GPT entry is the one of 5.3.3.
struct uefi_partition {
    uint32_t revision;
    uint32_t kind;
    uint8_t system;
    uint8_t reserved[7];
    struct uefi_guid type;
    struct uefi_guid unique;
    uint64_t first_block;
    uint64_t last_block;
    uint64_t attributes;
    uint16_t name[36];
};
_Static_assert(offsetof(struct uefi_partition, type) == 16, "UEFI 13.18");
_Static_assert(offsetof(struct uefi_partition, name) == 72, "UEFI 13.18");
enum { UEFI_PARTITION_GPT = 2 };

/// PI 1.7, volume 2, 13.4
struct uefi_processors {
    uefi_status (*count)(struct uefi_processors *self, size_t *all, size_t *enabled);
    void *information;
    uefi_status (*start_others)(struct uefi_processors *self, void (*function)(void *context),
                                bool one_after_the_other, uefi_event finished, size_t microseconds,
                                void *context, size_t **failed);
};

/// 3.3
static const struct uefi_guid uefi_global_variable_guid = {
    0x8be4df61, 0x93ca, 0x11d2, {0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c}};
static const struct uefi_guid uefi_loaded_image_guid = {
    0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct uefi_guid uefi_serial_guid = {
    0xbb25cf6f, 0xf1d4, 0x11d2, {0x9a, 0x0c, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0xfd}};
static const struct uefi_guid uefi_file_system_guid = {
    0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct uefi_guid uefi_block_device_guid = {
    0x964e5b21, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct uefi_guid uefi_partition_guid = {
    0x8cf2f62c, 0xbc9b, 0x4821, {0x80, 0x8d, 0xec, 0x9e, 0xc4, 0x21, 0xa1, 0xa0}};
static const struct uefi_guid uefi_processors_guid = {
    0x3fdda605, 0xa76e, 0x4f46, {0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08}};

#include "terminal.h"

#include "processor.h"
#include "sha256_software.h"
#include "system.h"
#include "text_stream.h"
#include "utf8.h"

enum {
    OUT_BYTES = 256,
    KEY_BYTES = 4,
    CALIBRATIONS = 5,
    CALIBRATION_MICROSECONDS = 2000,
    /// How long a byte may take: an emulator's reader can be busy with other things.
    SERIAL_MICROSECONDS = 20000000,
    IDLE_HUNDRED_NANOSECONDS = 10000,
    /// Input is looked for without rest as long as the last byte is that young.
    AWAKE_MILLISECONDS = 20,
};

struct terminal {
    struct uefi_serial *serial; ///< NULL: there is none
    bool stuck;                 ///< the serial line took nothing
    uefi_event tick;            ///< NULL: waiting is looking again and again
    uint64_t ticks_per_second;
    uint64_t last_byte; ///< when
    uint8_t out[OUT_BYTES];
    size_t out_size;
    struct text_stream screen;
    uint8_t keys[KEY_BYTES]; ///< the UTF-8 bytes of a key that were not read yet
    size_t key_at;
    size_t key_end;
    int peeked; ///< a byte that terminal_key_within found, or TERNEL_INPUT_NONE
    struct sha256_software sha256;
};

static struct terminal terminal;

/// One character to the screen, which knows those of 16 bits.
static void show(void *context, const uint8_t *bytes, size_t size) {
    (void)context;
    uint32_t code_point = '?';
    (void)ternel_utf8_decode(bytes, size, &code_point);
    uint16_t text[3] = {0, 0, 0};
    if (code_point == '\n') {
        text[0] = '\r';
        text[1] = '\n';
    } else {
        text[0] = code_point > UINT16_MAX ? '?' : (uint16_t)code_point;
    }
    if (text[0] >= ' ' || text[0] == '\r' || text[0] == '\b') {
        (void)uefi->output->output_string(uefi->output, text);
    }
}

/// A byte that does not go out in time may go out later all the same, so nothing is ever sent again. A line
/// that takes nothing is left alone until something comes from it.
static void send(void) {
    size_t size = terminal.out_size;
    if (terminal.serial != NULL && !terminal.stuck && size != 0) {
        terminal.stuck = uefi_failed(terminal.serial->write(terminal.serial, &size, terminal.out));
    }
    terminal.out_size = 0;
}

static void put_serial(uint8_t byte) {
    if (terminal.out_size == OUT_BYTES) {
        send();
    }
    terminal.out[terminal.out_size++] = byte;
}

static void put_byte(void *context, uint8_t byte) {
    (void)context;
    if (byte == '\n') {
        put_serial('\r');
    }
    put_serial(byte);
    if (uefi->output != NULL) {
        text_stream_put(&terminal.screen, &byte, 1);
    }
}

static void flush(void *context) {
    (void)context;
    send();
}

static int serial_byte(void) {
    uint32_t control = 0;
    uint8_t byte;
    size_t size = 1;
    if (terminal.serial == NULL || uefi_failed(terminal.serial->get_control(terminal.serial, &control)) ||
        (control & UEFI_SERIAL_INPUT_EMPTY) != 0) {
        return TERNEL_INPUT_NONE;
    }
    if (uefi_failed(terminal.serial->read(terminal.serial, &size, &byte)) || size == 0) {
        return TERNEL_INPUT_NONE;
    }
    terminal.stuck = false;
    return byte;
}

/// The next byte of a key; keys without a character are none.
static int key_byte(void) {
    struct uefi_key key;
    if (terminal.key_at == terminal.key_end) {
        if (uefi->input == NULL || uefi->input->read_key(uefi->input, &key) != UEFI_SUCCESS ||
            key.character == 0) {
            return TERNEL_INPUT_NONE;
        }
        const uint16_t c = key.character;
        size_t size = 0;
        if (c < 0x80) {
            terminal.keys[size++] = (uint8_t)c;
        } else if (c < 0x800) {
            terminal.keys[size++] = (uint8_t)(0xc0 | c >> 6);
            terminal.keys[size++] = (uint8_t)(0x80 | (c & 0x3f));
        } else {
            terminal.keys[size++] = (uint8_t)(0xe0 | c >> 12);
            terminal.keys[size++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
            terminal.keys[size++] = (uint8_t)(0x80 | (c & 0x3f));
        }
        terminal.key_at = 0;
        terminal.key_end = size;
    }
    return terminal.keys[terminal.key_at++];
}

static int poll_byte(void) {
    int byte = terminal.peeked;
    terminal.peeked = TERNEL_INPUT_NONE;
    if (byte < 0) {
        byte = serial_byte();
    }
    if (byte < 0) {
        byte = key_byte();
    }
    if (byte >= 0) {
        terminal.last_byte = processor_ticks();
    }
    return byte;
}

static void rest(void) {
    const uint64_t awake = terminal.ticks_per_second / 1000 * AWAKE_MILLISECONDS;
    size_t index;
    if (terminal.tick != NULL && processor_ticks() - terminal.last_byte > awake) {
        (void)uefi->boot->wait_for_event(1, &terminal.tick, &index);
    }
}

static int get_byte(void *context, bool wait) {
    (void)context;
    send();
    int byte = poll_byte();
    while (wait && byte < 0) {
        rest();
        byte = poll_byte();
    }
    return byte;
}

bool terminal_key_within(uint32_t milliseconds) {
    const uint64_t start = processor_ticks();
    send();
    do {
        terminal.peeked = poll_byte();
        if (terminal.peeked >= 0) {
            return true;
        }
        rest();
    } while (processor_ticks() - start < terminal.ticks_per_second / 1000 * milliseconds);
    return false;
}

static uint64_t cycles(void *context) {
    (void)context;
    return processor_ticks();
}

static uint64_t accelerator_cycles(void *context) {
    (void)context;
    return 0;
}

static void reboot(void *context) {
    (void)context;
    uefi->runtime->reset_system(UEFI_RESET_COLD, UEFI_SUCCESS, 0, NULL);
}

static void quit(void *context, int status) {
    (void)context;
    (void)status;
    uefi->runtime->reset_system(UEFI_RESET_SHUTDOWN, UEFI_SUCCESS, 0, NULL);
}

/// The least of several: whatever comes between makes one longer, nothing makes it shorter.
static uint64_t measure_ticks_per_second(void) {
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < CALIBRATIONS; i++) {
        const uint64_t start = processor_ticks();
        (void)uefi->boot->stall(CALIBRATION_MICROSECONDS);
        const uint64_t ticks = processor_ticks() - start;
        least = ticks < least ? ticks : least;
    }
    return least * (1000000 / CALIBRATION_MICROSECONDS);
}

static struct uefi_serial *open_serial(void) {
    uefi_handle *handles;
    const size_t count = uefi_handles(&uefi_serial_guid, &handles);
    void *serial = NULL;
    for (size_t i = 0; i < count && serial == NULL; i++) {
        if (uefi_failed(uefi->boot->open_protocol(handles[i], &uefi_serial_guid, &serial, uefi_image, NULL,
                                                  UEFI_OPEN_EXCLUSIVE))) {
            serial = NULL;
        }
    }
    if (count != 0) {
        (void)uefi->boot->free_pool(handles);
    }
    return serial;
}

/// The defaults of the line, but more patience. A line that refuses keeps the firmware's.
static void set_serial_patience(struct uefi_serial *serial) {
    if (serial != NULL) {
        (void)serial->set_attributes(serial, 0, 0, SERIAL_MICROSECONDS, 0, 0, 0);
    }
}

void terminal_open(struct ternel_platform *platform) {
    terminal = (struct terminal){.peeked = TERNEL_INPUT_NONE, .screen = {.emit = show}};
    terminal.serial = open_serial();
    set_serial_patience(terminal.serial);
    terminal.ticks_per_second = measure_ticks_per_second();
    if (uefi_failed(uefi->boot->create_event((uint32_t)UEFI_EVENT_TIMER, 0, NULL, NULL, &terminal.tick)) ||
        uefi_failed(uefi->boot->set_timer(terminal.tick, UEFI_TIMER_PERIODIC, IDLE_HUNDRED_NANOSECONDS))) {
        terminal.tick = NULL;
    }
    if (uefi->output != NULL) {
        (void)uefi->output->enable_cursor(uefi->output, true);
    }
    *platform = (struct ternel_platform){
        .name = "uefi",
        .cycles_per_second = terminal.ticks_per_second,
        .sha256 = sha256_software(&terminal.sha256),
        .put_byte = put_byte,
        .flush = flush,
        .get_byte = get_byte,
        .cycles = cycles,
        .accelerator_cycles = accelerator_cycles,
        .reboot = reboot,
        .quit = quit,
    };
}

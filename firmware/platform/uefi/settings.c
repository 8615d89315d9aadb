#include "settings.h"

#include "arguments.h"
#include "workers.h"

enum { TEXT_BYTES = 1024 };

static void read_kernel(struct settings *settings, const char *at) {
    const char *word = at;
    if (argument_word(&word, "cpu") && argument_end(word)) {
        settings->plain_engine = true;
    }
    for (const struct ternel_kernel *const *kernel = ternel_kernels; *kernel != NULL; kernel++) {
        word = at;
        if (argument_word(&word, (*kernel)->name) && argument_end(word)) {
            settings->kernel = *kernel;
        }
    }
}

static void read_line(struct settings *settings, const char *at) {
    uint64_t number;
    if (argument_word(&at, "cores") && argument_number(&at, TERNEL_WORKERS_MAX, &number) &&
        argument_end(at)) {
        settings->cores = (uint32_t)number;
    } else if (argument_word(&at, "kernel")) {
        read_kernel(settings, at);
    }
}

void settings_read(struct settings *settings, struct uefi_file *root) {
    static const uint16_t name[] = {'t', 'e', 'r', 'n', 'e', 'l', '.', 't', 'x', 't', 0};
    static char text[TEXT_BYTES + 1];
    struct uefi_file *file = NULL;
    size_t size = TEXT_BYTES;
    *settings = (struct settings){.cores = 0};
    if (root == NULL || uefi_failed(root->open(root, &file, name, UEFI_FILE_READ, 0))) {
        return;
    }
    if (uefi_failed(file->read(file, &size, text))) {
        size = 0;
    }
    (void)file->close(file);
    size_t start = 0;
    for (size_t at = 0; at <= size; at++) {
        if (at == size || text[at] == '\n' || text[at] == '\r') {
            text[at] = 0;
            read_line(settings, text + start);
            start = at + 1;
        }
    }
}

// The file is read rather than mapped: a mapped file that shrinks would end the program by a signal, in the
// middle of a token.
#include "model_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ternel_container.h"

enum { CONTAINER_ALIGN = 64 };

/// Reads exactly `size` bytes and sees the end of the file behind them.
static bool read_all(int descriptor, uint8_t *bytes, size_t size) {
    size_t done = 0;
    uint8_t behind = 0;
    for (;;) {
        bool full = done == size;
        ssize_t count = full ? read(descriptor, &behind, 1) : read(descriptor, bytes + done, size - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0 || full) {
            return count == 0 && full;
        }
        done += (size_t)count;
    }
}

TERNEL_MUST_CHECK
static enum ternel_error read_file(int descriptor, struct model_file *file) {
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        return TERNEL_ERROR_FILE_UNREADABLE;
    }
    if (status.st_size > (off_t)TERNEL_CONTAINER_MAX_TOTAL_BYTES) {
        return TERNEL_ERROR_CONTAINER_TOO_LARGE;
    }
    size_t size = (size_t)status.st_size;
    void *bytes = NULL;
    if (posix_memalign(&bytes, CONTAINER_ALIGN, size == 0 ? 1 : size) != 0) {
        return TERNEL_ERROR_FILE_UNREADABLE;
    }
    *file = (struct model_file){.bytes = bytes, .size = size};
    if (!read_all(descriptor, file->bytes, size)) {
        model_file_close(file);
        return TERNEL_ERROR_FILE_UNREADABLE;
    }
    return TERNEL_OK;
}

enum ternel_error model_file_open(const char *path, struct model_file *file) {
    *file = (struct model_file){0};
    // Without O_NONBLOCK the program would wait for ever for the writer of a named pipe.
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return errno == ENOENT || errno == ENOTDIR ? TERNEL_ERROR_FILE_MISSING : TERNEL_ERROR_FILE_UNREADABLE;
    }
    enum ternel_error error = read_file(descriptor, file);
    close(descriptor);
    return error;
}

void model_file_close(struct model_file *file) {
    free(file->bytes);
    *file = (struct model_file){0};
}

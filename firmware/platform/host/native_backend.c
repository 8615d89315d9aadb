#include "native_backend.h"

#include <stdlib.h>

#include "big_memory.h"
#include "cpu_features.h"

/// A worker reads so many bytes in about 0.2 ms, as long as a token's barriers take.
enum { BYTES_A_WORKER = 2 << 20 };

const struct ternel_kernel *native_kernel(const char *name) {
    const uint32_t features = ternel_cpu_features();
    const struct ternel_kernel *kernel =
        name == NULL ? ternel_kernel_best(features) : ternel_kernel_named(name);
    return kernel != NULL && (kernel->features & ~features) == 0 ? kernel : NULL;
}

uint32_t native_workers(const struct ternel_container *container, uint32_t available) {
    const uint32_t useful = ternel_container_weight_bytes_per_token(container) / BYTES_A_WORKER;
    return useful == 0 ? 1 : useful < available ? useful : available;
}

enum ternel_error native_backend_open(struct native_backend *native, const struct ternel_container *container,
                                      const struct ternel_kernel *kernel, uint32_t workers) {
    native->memory = NULL;
    native->memory_bytes = ternel_forward_memory(container, kernel, workers, TERNEL_COLUMNS_MAX);
    if (!worker_threads_start(&native->threads, workers)) {
        return TERNEL_ERROR_ENGINE_ARENA;
    }
    native->memory = big_memory(native->memory_bytes);
    enum ternel_error error = native->memory == NULL ? TERNEL_ERROR_ENGINE_ARENA : TERNEL_OK;
    if (error == TERNEL_OK) {
        error = ternel_forward_open(&native->forward, container, kernel, &native->threads.workers,
                                    TERNEL_COLUMNS_MAX, native->memory, native->memory_bytes);
    }
    if (error != TERNEL_OK) {
        native_backend_close(native);
    }
    return error;
}

void native_backend_close(struct native_backend *native) {
    worker_threads_end(&native->threads);
    free(native->memory);
    native->memory = NULL;
}

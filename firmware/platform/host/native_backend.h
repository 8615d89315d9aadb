// The fast backend of firmware/kernels in this program: a kernel, threads and memory.
#pragma once

#include "forward.h"
#include "worker_threads.h"

struct native_backend {
    struct worker_threads threads;
    struct ternel_forward forward;
    void *memory;
    size_t memory_bytes;
};

/// The kernel of that name, or the best one for NULL. NULL: there is none, or this processor cannot run it.
const struct ternel_kernel *native_kernel(const char *name);

/// Workers that are worth their waiting for each other with a model of that size, at most `available`.
uint32_t native_workers(const struct ternel_container *container, uint32_t available);

/// Starts `workers` workers and repacks the container's weights. Errors: too little memory, too few threads.
enum ternel_error native_backend_open(struct native_backend *native, const struct ternel_container *container,
                                      const struct ternel_kernel *kernel, uint32_t workers) TERNEL_MUST_CHECK;

void native_backend_close(struct native_backend *native);

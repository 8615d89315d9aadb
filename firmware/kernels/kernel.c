#include "kernel.h"

#include <stddef.h>

const struct ternel_kernel *const ternel_kernels[] = {
    &ternel_kernel_plain,
#if defined(__x86_64__)
    &ternel_kernel_sse41,
    &ternel_kernel_avx2,
    &ternel_kernel_avx512,
    &ternel_kernel_avx512_vnni,
#endif
    NULL,
};

const struct ternel_kernel *ternel_kernel_best(uint32_t features) {
    const struct ternel_kernel *best = &ternel_kernel_plain;
    for (const struct ternel_kernel *const *kernel = ternel_kernels; *kernel != NULL; kernel++) {
        if (((*kernel)->features & ~features) == 0) {
            best = *kernel;
        }
    }
    return best;
}

static int same_text(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

const struct ternel_kernel *ternel_kernel_named(const char *name) {
    for (const struct ternel_kernel *const *kernel = ternel_kernels; *kernel != NULL; kernel++) {
        if (same_text((*kernel)->name, name)) {
            return *kernel;
        }
    }
    return NULL;
}

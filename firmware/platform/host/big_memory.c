#define _DEFAULT_SOURCE // madvise
#include "big_memory.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { LARGE_PAGE = 2 << 20 };

void *big_memory(size_t bytes) {
    void *memory = NULL;
    if (posix_memalign(&memory, LARGE_PAGE, bytes) != 0) {
        return NULL;
    }
#ifdef MADV_HUGEPAGE
    (void)madvise(memory, bytes, MADV_HUGEPAGE); // no more than advice: small pages do as well
#endif
    return memory;
}

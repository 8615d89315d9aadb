// What the kernels' tests share.
#pragma once

#include "cpu_features.h"
#include "kernel.h"
#include "testing.h"

/// Every kernel that this processor can run, one after the other.
#define FOR_EACH_KERNEL(kernel)                                                                              \
    for (const struct ternel_kernel *const *at = ternel_kernels, *kernel = *at; kernel != NULL;              \
         kernel = *++at)                                                                                     \
        if ((kernel->features & ~ternel_cpu_features()) == 0)

void test_cpu_features(void);
void test_matrices(void);
void test_vectors(void);
void test_float_modes(void);
void test_workers(void);
void test_forward(void);
void test_streaming(void);

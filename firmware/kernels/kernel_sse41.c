// The kernel for SSE4.1: two bits a weight, products of bytes summed in 16 bits. Compiled for such processors
// only, so nothing else may be in this file.
#include "cpu_features.h"
#include "kernel.h"
#include "lanes_sse41.h"
#include "matrix_pairs.h"
#include "sigmoid_table.h"
#include "vector_work.h"

const struct ternel_kernel ternel_kernel_sse41 = {
    .name = "sse41",
    .features = TERNEL_CPU_SSE41,
    .packing = {.trits = PAIRS, .lines = LINES},
    .multiply = multiply,
    .multiply_many = multiply_many,
    .products = SUMS,
    .peak = peak,
    .vector = &vector_work,
};

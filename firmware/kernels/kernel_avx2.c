// The kernel for AVX2: two bits a weight, products of bytes summed in 16 bits. Compiled for such processors
// only, so nothing else may be in this file.
#include "cpu_features.h"
#include "kernel.h"
#include "lanes_avx2.h"
#include "matrix_pairs.h"
#include "sigmoid_table.h"
#include "vector_work.h"

const struct ternel_kernel ternel_kernel_avx2 = {
    .name = "avx2",
    .features = TERNEL_CPU_AVX2,
    .packing = {.trits = PAIRS, .lines = LINES},
    .multiply = multiply,
    .multiply_many = multiply_many,
    .products = SUMS,
    .peak = peak,
    .vector = &vector_work,
};

// The kernel for AVX-512: two bits a weight, products of bytes summed in 16 bits. Compiled for such
// processors only, so nothing else may be in this file.
#include "cpu_features.h"
#include "kernel.h"
#include "lanes_avx512.h"
#include "matrix_pairs.h"
#include "sigmoid_pieces.h"
#include "vector_work.h"

const struct ternel_kernel ternel_kernel_avx512 = {
    .name = "avx512",
    .features = TERNEL_CPU_AVX512,
    .packing = {.trits = PAIRS, .lines = LINES},
    .multiply = multiply,
    .multiply_many = multiply_many,
    .products = SUMS,
    .peak = peak,
    .vector = &vector_work,
};

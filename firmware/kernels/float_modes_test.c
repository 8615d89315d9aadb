// The kernels compute with floats here and there, and give the same bits however the processor is set to
// round them: what a PC's firmware leaves in MXCSR, on each of its cores, is its own affair.
#include "kernels_testing.h"

#ifdef __x86_64__
#include <immintrin.h>

void test_float_modes(void) {
    static const unsigned rounding[] = {_MM_ROUND_NEAREST, _MM_ROUND_DOWN, _MM_ROUND_UP,
                                        _MM_ROUND_TOWARD_ZERO};
    const unsigned before = _mm_getcsr();
    for (size_t i = 0; i < sizeof rounding / sizeof rounding[0]; i++) {
        // Subnormal operands and results are zeros too, and no exception is raised.
        _mm_setcsr(_MM_MASK_MASK | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON | rounding[i]);
        test_matrices();
        test_vectors();
        EXPECT((_mm_getcsr() & _MM_ROUND_MASK) == rounding[i]);
    }
    _mm_setcsr(before);
}
#else
void test_float_modes(void) {}
#endif

// The kernels' tests. `kernel-tests NAME` runs one, without a name all; `--list` names them; `--kernels`
// tells of each kernel of this build whether this processor can run it.
#include <stdlib.h>
#include <string.h>

#include "kernels_testing.h"

static const struct testing_test tests[] = {
    {"cpu-features", test_cpu_features}, {"matrices", test_matrices}, {"vectors", test_vectors},
    {"float-modes", test_float_modes},   {"workers", test_workers},   {"forward", test_forward},
    {"streaming", test_streaming},
};
enum { TESTS = sizeof tests / sizeof tests[0] };

static int print_kernels(void) {
    for (const struct ternel_kernel *const *kernel = ternel_kernels; *kernel != NULL; kernel++) {
        const bool able = ((*kernel)->features & ~ternel_cpu_features()) == 0;
        printf("%s %s\n", (*kernel)->name, able ? "runs" : "lacks");
    }
    return EXIT_SUCCESS;
}

int main(int count, char **words) {
    const char *wanted = count > 1 ? words[1] : NULL;
    if (wanted != NULL && strcmp(wanted, "--kernels") == 0) {
        return print_kernels();
    }
    return testing_run(tests, TESTS, wanted);
}

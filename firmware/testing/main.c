// Runs the test named by the argument, so that each is one test of the node runner; without one, prints the
// names.
#include "check.h"

#define TESTS(X)                                                                                             \
    X(line)                                                                                                  \
    X(arguments)                                                                                             \
    X(text_stream)                                                                                           \
    X(output)                                                                                                \
    X(stage1_image)                                                                                          \
    X(accelerator)                                                                                           \
    X(accelerator_backend)                                                                                   \
    X(sha256_hardware)                                                                                       \
    X(uart)                                                                                                  \
    X(watchdog)                                                                                              \
    X(flash_memory)                                                                                          \
    X(flash_quad)                                                                                            \
    X(base64)                                                                                                \
    X(crc32)                                                                                                 \
    X(flash)

#define DECLARE(name) void name##_test(void);
TESTS(DECLARE)

int main(int count, char **arguments) {
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
#define ENTRY(name) {#name, name##_test},
        TESTS(ENTRY)};
    for (size_t index = 0; index < sizeof tests / sizeof tests[0]; index++) {
        if (count < 2) {
            puts(tests[index].name);
        } else if (strcmp(arguments[1], tests[index].name) == 0) {
            tests[index].run();
            return 0;
        }
    }
    return count < 2 ? 0 : 2;
}

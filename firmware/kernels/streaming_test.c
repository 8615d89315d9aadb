// Reading in order takes every byte once, by however many workers and in both ways.
#include "streaming.h"

#include "kernels_testing.h"
#include "worker_threads.h"

enum { LINE = 64, LINES_MAX = 200, WORDS_MAX = LINES_MAX * LINE / 8, TURNS = 20 };

void test_streaming(void) {
    static struct worker_threads threads;
    static _Alignas(LINE) uint64_t words[WORDS_MAX];
    uint64_t random = 1;
    for (uint32_t workers = 1; workers <= 3; workers++) {
        EXPECT(worker_threads_start(&threads, workers));
        for (int turn = 0; turn < TURNS; turn++) {
            const uint32_t lines = turn < 4 ? (uint32_t)turn : testing_below(&random, LINES_MAX) + 1;
            uint64_t sum = 0;
            for (uint32_t i = 0; i < lines * LINE / 8; i++) {
                words[i] = testing_random(&random);
                sum += words[i];
            }
            EXPECT(ternel_streaming_read(&threads.workers, words, (size_t)lines * LINE, turn % 2 != 0) ==
                   sum);
        }
        worker_threads_end(&threads);
    }
}

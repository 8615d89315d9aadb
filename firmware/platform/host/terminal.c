#include "terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { NANOSECONDS = 1000000000, CONTROL_C = 3 };

/// Ctrl+C was pressed and nobody has seen it yet.
static volatile sig_atomic_t interrupted = 0;

static void on_interrupt(int number) {
    (void)number;
    interrupted = 1;
}

static void put_byte(void *context, uint8_t byte) {
    (void)context;
    putchar(byte); // a reader that has gone ends the program by SIGPIPE
}

static void flush(void *context) {
    (void)context;
    fflush(stdout);
}

/// Fills the empty input buffer; with `wait`, Ctrl+C counts as the end of the input, as nothing is running.
static int fill(struct terminal *terminal, bool wait) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = poll(&input, 1, wait ? -1 : 0);
    if (ready < 0) {
        return errno == EINTR && !wait ? TERNEL_INPUT_NONE : TERNEL_INPUT_END;
    }
    if (ready == 0) {
        return TERNEL_INPUT_NONE;
    }
    ssize_t count = read(STDIN_FILENO, terminal->input, sizeof terminal->input);
    if (count <= 0) {
        return TERNEL_INPUT_END;
    }
    terminal->input_start = 0;
    terminal->input_end = (size_t)count;
    return 0;
}

static int get_byte(void *context, bool wait) {
    struct terminal *terminal = context;
    if (wait) {
        fflush(stdout);
    }
    if (interrupted != 0) {
        interrupted = 0;
        return wait ? TERNEL_INPUT_END : CONTROL_C;
    }
    if (terminal->input_start == terminal->input_end) {
        int result = fill(terminal, wait);
        if (result < 0) {
            return result;
        }
    }
    return terminal->input[terminal->input_start++];
}

static uint64_t cycles(void *context) {
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

static uint64_t accelerator_cycles(void *context) {
    (void)context;
    return 0;
}

static void reboot(void *context) {
    (void)context; // a program cannot: the console ends instead
}

static void quit(void *context, int status) {
    (void)context;
    fflush(stdout);
    exit(status);
}

void terminal_open(struct terminal *terminal, struct ternel_platform *platform) {
    *terminal = (struct terminal){.input_start = 0};
    *platform = (struct ternel_platform){
        .context = terminal,
        .name = "host",
        .cycles_per_second = NANOSECONDS,
        .sha256 = sha256_nettle(&terminal->sha256),
        .backends = NULL,
        .put_byte = put_byte,
        .flush = flush,
        .get_byte = get_byte,
        .cycles = cycles,
        .accelerator_cycles = accelerator_cycles,
        .reboot = reboot,
        .quit = quit,
    };
}

void terminal_catch_interrupts(void) {
    struct sigaction action = {.sa_handler = on_interrupt}; // no SA_RESTART: a waiting poll must come back
    sigaction(SIGINT, &action, NULL);
}

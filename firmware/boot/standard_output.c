// liblitedram prints by picolibc's printf: give that a stdout on the UART.
#include <stdio.h>

#include "uart.h"

static int put(char character, FILE *file) {
    (void)file;
    if (character == '\n') {
        uart_put('\r');
    }
    uart_put((uint8_t)character);
    return (unsigned char)character;
}

static FILE uart_file = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);

FILE *const stdout = &uart_file;

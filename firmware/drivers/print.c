#include "print.h"

#include "uart.h"

void print_text(const char *text) {
    for (; *text != 0; text++) {
        if (*text == '\n') {
            uart_put('\r');
        }
        uart_put((uint8_t)*text);
    }
}

void print_decimal(uint64_t value) {
    char digits[21];
    uint32_t at = sizeof digits - 1;
    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    print_text(digits + at);
}

void print_hexadecimal(uint32_t value) {
    for (uint32_t digit = 0; digit < 8; digit++) {
        uart_put((uint8_t) "0123456789abcdef"[value >> 28]);
        value <<= 4;
    }
}

void print_error(enum ternel_error error) {
    print_text("E");
    print_decimal((uint64_t)error);
    print_text(" ");
    print_text(ternel_error_subject(error));
    print_text(": ");
    print_text(ternel_error_message(error));
}

void print_trap(const char *what, uint32_t cause, uint32_t pc, uint32_t address) {
    print_text("\n");
    print_text(what);
    print_text(": cause ");
    print_decimal(cause);
    print_text(", pc ");
    print_hexadecimal(pc);
    print_text(", address ");
    print_hexadecimal(address);
    print_text("\n");
}

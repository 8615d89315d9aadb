#include "uart.h"

#include "check.h"
#include "litex_model.h"

void uart_test(void);

void uart_test(void) {
    litex_model = (struct litex_model){.received = "ab\xff"};
    // Waits while the FIFO is full, and loses nothing.
    litex_model.full_polls = 1000;
    uart_put('x');
    uart_put('y');
    CHECK_TEXT(litex_model.sent, "xy");
    // Each received byte once, none invented; 0xff is a byte, not an end.
    CHECK_EQUAL(uart_get(), 'a');
    CHECK_EQUAL(uart_get(), 'b');
    CHECK_EQUAL(uart_get(), 0xff);
    CHECK_EQUAL(uart_get(), -1);
    CHECK_EQUAL(uart_get(), -1);
    // Nobody takes the bytes: the driver comes back all the same.
    litex_model.full_polls = UINT32_MAX;
    uart_put('z');
    uart_drain();
    CHECK_TEXT(litex_model.sent, "xy");
}

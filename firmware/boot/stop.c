#include "stop.h"

#include "leds.h"
#include "print.h"
#include "restart.h"
#include "ternel_configuration.h"
#include "watchdog.h"

enum { RESTART_SECONDS = 10 };

_Noreturn void stop(enum ternel_error error) {
    leds_error();
    print_error(error);
    print_text("\n");
    simulation_end((uint8_t)(64 + (uint32_t)error / 1000));
    print_text("Restarting in ");
    print_decimal(RESTART_SECONDS);
    print_text(" seconds.\n");
    watchdog_start(RESTART_SECONDS * TERNEL_CLOCK_HZ);
    for (;;) {
    }
}

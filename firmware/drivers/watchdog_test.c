#include "watchdog.h"

#include "check.h"
#include "litex_model.h"

void watchdog_test(void);

void watchdog_test(void) {
    litex_model = (struct litex_model){.received = ""};
    watchdog_start(5000);
    CHECK(litex_model.enabled && litex_model.resets && !litex_model.fired);
    CHECK_EQUAL(litex_model.remaining, 5000);
    litex_model.remaining = 1;
    watchdog_feed();
    CHECK(litex_model.enabled && litex_model.resets && !litex_model.fired);
    CHECK_EQUAL(litex_model.remaining, 5000);
    watchdog_stop();
    CHECK(!litex_model.enabled && !litex_model.fired);
}

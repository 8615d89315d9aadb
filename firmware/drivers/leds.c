#include "leds.h"

#include <stdint.h>

#include <generated/csr.h>

void leds_boot(enum leds_stage stage) {
    leds_status_write((uint32_t)stage << CSR_LEDS_STATUS_STAGE_OFFSET);
}

void leds_error(void) {
    leds_status_write(leds_status_read() | 1 << CSR_LEDS_STATUS_ERROR_OFFSET);
}

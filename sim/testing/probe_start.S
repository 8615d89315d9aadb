// The reset vector of the probe, with the header that the harness looks for.
#include "ternel_configuration.h"
#include "ternel_flash_map.h"

    .section .start, "ax"
    .global _start
_start:
    j       begin
    .word   TERNEL_STAGE0_MAGIC
    .word   TERNEL_BUILD_ID
begin:
    li      sp, TERNEL_SRAM_ORIGIN + TERNEL_SRAM_BYTES
    j       probe

// The reset vector: first the header that boards/stage-header.ts describes, then what C needs before it can run.
// This runs in place from SPI flash; a cache line takes about two hundred cycles, so loops are short.

#include "ternel_configuration.h"
#include "ternel_flash_map.h"

    .section .start, "ax"
    .global _start
_start:
    j       begin
    .word   TERNEL_STAGE0_MAGIC
    .word   TERNEL_BUILD_ID

begin:
    la      sp, stack_top
    la      a0, trap_entry
    csrw    mtvec, a0

    // Initial values of .data lie in flash.
    la      a0, data_start
    la      a1, data_end
    la      a2, data_load
1:  bgeu    a0, a1, 2f
    lw      a3, 0(a2)
    sw      a3, 0(a0)
    addi    a0, a0, 4
    addi    a2, a2, 4
    j       1b

2:  la      a0, bss_start
    la      a1, bss_end
3:  bgeu    a0, a1, 4f
    sw      zero, 0(a0)
    addi    a0, a0, 4
    j       3b

4:  call    boot
5:  j       5b

    // Nothing returns from a trap: the handler reports on a fresh stack and ends or restarts.
    .section .text.trap_entry, "ax"
    .balign 4
    .global trap_entry
trap_entry:
    la      sp, stack_top
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    call    trap
1:  j       1b

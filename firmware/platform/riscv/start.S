// Entry of stage 1 in DRAM. Stage 0 has loaded .data in place; the stack is painted so that /stats can tell how much of
// it was ever used.

#include "stack_paint.h"

    .section .start, "ax"
    .global _start
_start:
    la      sp, stack_top
    la      a0, trap_entry
    csrw    mtvec, a0

    // .bss is made of whole 64-byte blocks (linker/stage1.ld).
    la      a0, bss_start
    la      a1, bss_end
1:  bgeu    a0, a1, 2f
    sw      zero, 0(a0)
    sw      zero, 4(a0)
    sw      zero, 8(a0)
    sw      zero, 12(a0)
    addi    a0, a0, 16
    j       1b

2:  la      a0, stack_bottom
    li      a1, STACK_PAINT
3:  bgeu    a0, sp, 4f
    sw      a1, 0(a0)
    addi    a0, a0, 4
    j       3b

4:  call    main
5:  j       5b

    // Nothing returns from a trap: the handler reports on a fresh stack and restarts.
    .balign 4
    .global trap_entry
trap_entry:
    mv      a3, sp
    la      sp, stack_top
    csrr    a0, mcause
    csrr    a1, mepc
    csrr    a2, mtval
    call    trap
1:  j       1b

// What stage 0 tells stage 1. It lies at the beginning of SRAM, which stage 1 does not initialise.
#pragma once

#include <stdint.h>

enum { BOOT_RECORD_MAGIC = 0x424e5254 }; ///< "TRNB"

struct boot_record {
    uint32_t magic;
    uint32_t build_id;
    uint32_t model_bytes; ///< 0: there is no model
    uint32_t model_error; ///< why there is none, an enum ternel_error
    uint32_t copied;      ///< 0: the simulator's harness had preloaded DRAM
    uint32_t slot;        ///< that stage 1 came from: 0: A, 1: B
    // Cycles since reset at the end of each phase.
    uint64_t reset_end; ///< until the first instructions of C
    uint64_t memory_end;
    uint64_t copy_end;
    uint64_t hash_end;
};

_Static_assert(sizeof(struct boot_record) == 56, "start.S and the linker scripts set 64 bytes aside");

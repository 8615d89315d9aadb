#include "soc_memory.h"

#include "Vternel_sim.h"
#include "Vternel_sim___024root.h"

// hw/soc/dram_model.py keeps one word for each burst, in the order of addresses; Verilator keeps words as
// little-endian arrays of 32 bits, without gaps. So on a little-endian host the array is the DRAM's contents.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the array of words would not be bytes in order");

SocMemory dramOf(Vternel_sim &soc) {
    auto &array = soc.rootp->ternel_sim__DOT__soc__DOT__dram;
    return {reinterpret_cast<uint8_t *>(&array[0]), sizeof array};
}

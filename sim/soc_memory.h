// The DRAM model's array inside the Verilated SoC, as bytes in the order of the CPU's addresses.
#pragma once

#include <cstddef>
#include <cstdint>

class Vternel_sim;

struct SocMemory {
    uint8_t *bytes;
    size_t size;
};

SocMemory dramOf(Vternel_sim &soc);

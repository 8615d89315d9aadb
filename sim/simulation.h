// The Verilated SoC with everything that it is connected to: clock, flash, serial line, DRAM contents,
// waveform.
#pragma once

#include "flash_model.h"
#include "options.h"
#include "uart.h"

#include <chrono>
#include <memory>

class VerilatedContext;
class Vternel_sim;
class Waveform;

class Simulation {
  public:
    // Builds the SoC, loads flash and DRAM; a HarnessError when a file is missing, too large or of another
    // build.
    explicit Simulation(const Options &options);
    ~Simulation();

    // Runs until the firmware, the person at the terminal, a signal or --max-cycles ends it. Returns the exit
    // status.
    int run();

    uint64_t cycles() const {
        return cycle;
    }

    // Exit statuses that are not the firmware's.
    static constexpr int exitMaxCycles = 124; // as timeout(1) does
    static constexpr int exitSignal = 130;    // as shells do for Ctrl+C

  private:
    void loadFlash();
    void preloadDram();
    void step();
    void connectFlash();
    void connectUart();

    const Options options;
    std::unique_ptr<VerilatedContext> context;
    std::unique_ptr<Vternel_sim> soc;
    std::unique_ptr<Waveform> waveform;
    FlashModel flash;
    std::unique_ptr<Uart> uart;
    uint64_t cycle = 0;
};

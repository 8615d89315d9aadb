// A window of the simulation as an FST file. Only the traced build (ternel-sim-trace) can write one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

class VerilatedContext;
class Vternel_sim;
class VerilatedFstC;

class Waveform {
  public:
    // Opens the file; a HarnessError when this build cannot trace or the file cannot be written.
    Waveform(VerilatedContext &context, Vternel_sim &soc, const std::string &path, uint64_t start,
             std::optional<uint64_t> stop);
    ~Waveform();
    // Records the signals in half 0 (clock high) or 1 (clock low) of a cycle, if it lies in the window.
    void record(uint64_t cycle, unsigned half);

  private:
    std::unique_ptr<VerilatedFstC> file;
    [[maybe_unused]] uint64_t first;
    [[maybe_unused]] uint64_t end;
};

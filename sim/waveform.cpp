#include "waveform.h"

#include "error.h"

#include "Vternel_sim.h"

#include <cstdint>

#if VM_TRACE

#include <verilated_fst_c.h>

Waveform::Waveform(VerilatedContext &context, Vternel_sim &soc, const std::string &path, uint64_t start,
                   std::optional<uint64_t> stop)
    : file(std::make_unique<VerilatedFstC>()), first(start), end(stop.value_or(UINT64_MAX)) {
    context.traceEverOn(true);
    constexpr int allLevels = 99;
    soc.trace(file.get(), allLevels);
    file->open(path.c_str());
    if (!file->isOpen())
        throw HarnessError(errors::fileUnwritable, path);
}

Waveform::~Waveform() {
    file->close();
}

void Waveform::record(uint64_t cycle, unsigned half) {
    if (cycle >= first && cycle < end)
        file->dump(2 * cycle + half);
}

#else

class VerilatedFstC {};

Waveform::Waveform(VerilatedContext &, Vternel_sim &, const std::string &path, uint64_t,
                   std::optional<uint64_t>)
    : first(0), end(0) {
    throw HarnessError(errors::argument,
                       "--trace " + path + ": this build cannot trace, ternel-sim-trace can");
}

Waveform::~Waveform() = default;

void Waveform::record(uint64_t, unsigned) {}

#endif

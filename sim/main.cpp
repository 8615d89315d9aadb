// ternel-sim: runs the simulated SoC. See options.cpp for what it takes, README.md for how it is made.
#include "error.h"
#include "options.h"
#include "simulation.h"

#include <chrono>
#include <cstdio>
#include <exception>

namespace {

int simulate(const Options &options) {
    const auto start = std::chrono::steady_clock::now();
    Simulation simulation(options);
    const auto ready = std::chrono::steady_clock::now();
    const int status = simulation.run();
    const std::chrono::duration<double> setup = ready - start;
    const std::chrono::duration<double> running = std::chrono::steady_clock::now() - ready;
    if (options.status)
        std::fprintf(stderr,
                     "ternel-sim: %llu cycles, %.3f s (and %.3f s to load), %.1f kHz, exit status %d\n",
                     static_cast<unsigned long long>(simulation.cycles()), running.count(), setup.count(),
                     static_cast<double>(simulation.cycles()) / running.count() / 1e3, status);
    return status;
}

} // namespace

int main(int count, char **arguments) {
    try {
        const Options options = parseOptions({arguments + 1, arguments + count});
        if (options.help) {
            std::fputs(usage, stdout);
            return 0;
        }
        return simulate(options);
    } catch (const UsageError &error) {
        std::fprintf(stderr, "ternel-sim: %s\nternel-sim: see --help\n", error.what());
        return 2;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

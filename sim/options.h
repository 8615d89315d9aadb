// The harness's command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct DramPreload {
    uint64_t address; // of the CPU
    std::string file;
};

struct Options {
    enum class Uart { stdio, pty, tcp };

    bool help = false;
    std::string flash;
    bool quadEnabled = false;
    Uart uart = Uart::stdio;
    uint16_t tcpPort = 0;
    std::vector<DramPreload> preloads;
    uint8_t bootMode = 0;
    std::optional<uint64_t> maxCycles;
    std::string saveFlash;
    std::string trace;
    uint64_t traceStart = 0;
    std::optional<uint64_t> traceStop;
    bool progress = false;
    bool status = false;
};

// What --help prints.
extern const char *const usage;

// Reads the arguments behind the program's name; a UsageError names the first one that is wrong.
Options parseOptions(const std::vector<std::string> &arguments);

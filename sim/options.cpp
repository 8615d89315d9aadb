#include "options.h"

#include "error.h"

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <limits>

const char *const usage =
    "Usage: ternel-sim --flash IMAGE [options]\n"
    "Runs the simulated SoC from a flash image until its firmware ends the simulation; exits with the "
    "firmware's code.\n"
    "\n"
    "  --flash IMAGE               the SPI flash's contents\n"
    "  --quad-enabled              the flash's quad enable bit is set already (default: as from the "
    "factory)\n"
    "  --uart stdio|pty|tcp:PORT   where the serial line ends (default stdio; Ctrl+] leaves; tcp listens on "
    "127.0.0.1)\n"
    "  --preload-dram ADDR:FILE    put a file into DRAM before the first cycle; may be given more than once\n"
    "  --boot-mode N               0: boot from flash as on a board (default), 1: stage 1 and model are in "
    "DRAM already,\n"
    "                              2: the same, and this program checks the model's hash, not the firmware,\n"
    "                              3: boot from flash, but without training the DRAM, which this one does "
    "not need\n"
    "  --max-cycles N              give up after N cycles (exit status 124)\n"
    "  --save-flash FILE           write the flash's contents at the end\n"
    "  --trace FILE                write a waveform (FST; only ternel-sim-trace can)\n"
    "  --trace-start N             first cycle of the waveform (default 0)\n"
    "  --trace-stop N              cycle behind the last one of the waveform (default: the end)\n"
    "  --progress                  print the number of cycles on standard error every 2^20 of them\n"
    "  --status                    print cycles, seconds and kHz on standard error at the end\n"
    "  --help                      print this\n"
    "\n"
    "Numbers are decimal, or hexadecimal with 0x.\n";

namespace {

uint64_t parseNumber(const std::string &option, const std::string &text, uint64_t limit) {
    errno = 0;
    char *end = nullptr;
    const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const bool starts = !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) != 0;
    const unsigned long long value = std::strtoull(text.c_str(), &end, hexadecimal ? 16 : 10);
    if (!starts || *end != '\0' || errno == ERANGE || value > limit)
        throw UsageError(option + ": '" + text + "' is not a number from 0 to " + std::to_string(limit));
    return value;
}

void parseUart(const std::string &text, Options &options) {
    if (text == "stdio") {
        options.uart = Options::Uart::stdio;
    } else if (text == "pty") {
        options.uart = Options::Uart::pty;
    } else if (text.rfind("tcp:", 0) == 0) {
        options.uart = Options::Uart::tcp;
        options.tcpPort = static_cast<uint16_t>(parseNumber("--uart tcp", text.substr(4), 0xffff));
    } else {
        throw UsageError("--uart: '" + text + "' is not stdio, pty or tcp:PORT");
    }
}

DramPreload parsePreload(const std::string &text) {
    const size_t colon = text.find(':');
    if (colon == std::string::npos || colon + 1 == text.size())
        throw UsageError("--preload-dram: '" + text + "' is not ADDR:FILE");
    return {parseNumber("--preload-dram", text.substr(0, colon), 0xffff'ffff), text.substr(colon + 1)};
}

} // namespace

Options parseOptions(const std::vector<std::string> &arguments) {
    constexpr uint64_t any = std::numeric_limits<uint64_t>::max();
    Options options;
    for (size_t i = 0; i < arguments.size(); i++) {
        const std::string &name = arguments[i];
        const auto value = [&]() -> const std::string & {
            if (i + 1 == arguments.size())
                throw UsageError(name + ": a value is missing");
            return arguments[++i];
        };
        if (name == "--help")
            options.help = true;
        else if (name == "--flash")
            options.flash = value();
        else if (name == "--quad-enabled")
            options.quadEnabled = true;
        else if (name == "--uart")
            parseUart(value(), options);
        else if (name == "--preload-dram")
            options.preloads.push_back(parsePreload(value()));
        else if (name == "--boot-mode")
            options.bootMode = static_cast<uint8_t>(parseNumber(name, value(), 3));
        else if (name == "--max-cycles")
            options.maxCycles = parseNumber(name, value(), any);
        else if (name == "--save-flash")
            options.saveFlash = value();
        else if (name == "--trace")
            options.trace = value();
        else if (name == "--trace-start")
            options.traceStart = parseNumber(name, value(), any);
        else if (name == "--trace-stop")
            options.traceStop = parseNumber(name, value(), any);
        else if (name == "--status")
            options.status = true;
        else if (name == "--progress")
            options.progress = true;
        else
            throw UsageError("unknown argument '" + name + "'");
    }
    if (!options.help && options.flash.empty())
        throw UsageError("--flash: missing");
    return options;
}

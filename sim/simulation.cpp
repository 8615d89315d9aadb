#include "simulation.h"

#include "error.h"
#include "files.h"
#include "model_hash.h"
#include "soc_memory.h"
#include "waveform.h"

#include "Vternel_sim.h"
#include "ternel_configuration.h"
#include "ternel_flash_map.h"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <verilated.h>

namespace {

// How often the harness looks at the outside world: terminal, signals. About every ten milliseconds of real
// time.
constexpr uint64_t pollCycles = 4096;

// How often --progress prints a line; a multiple of pollCycles.
constexpr uint64_t progressCycles = 1 << 20;

// The harness checks the hash of the preloaded model; the firmware believes it (hw/soc/simulation.py).
constexpr uint8_t bootModeModelChecked = 2;

constexpr const FlashPart &flashPart = flashPartNamed(TERNEL_FLASH_MODULE);

volatile std::sig_atomic_t signalled = 0;

uint32_t littleEndian32(const std::vector<uint8_t> &bytes, size_t offset) {
    return static_cast<uint32_t>(bytes[offset]) | static_cast<uint32_t>(bytes[offset + 1]) << 8 |
           static_cast<uint32_t>(bytes[offset + 2]) << 16 | static_cast<uint32_t>(bytes[offset + 3]) << 24;
}

std::string hexadecimal(uint32_t value) {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", value);
    return text;
}

// Verilog's $readmemh looks for its file in the current folder, so initial values are read in the folder that
// `make` put those files into: verilog/ beside the one that this program is in. Files that the user names are
// relative to the user's folder again.
void initialise(Vternel_sim &soc) {
    namespace files = std::filesystem;
    const files::path before = files::current_path();
    files::current_path(files::read_symlink("/proc/self/exe").parent_path().parent_path() / "verilog");
    soc.eval();
    files::current_path(before);
}

} // namespace

Simulation::Simulation(const Options &given)
    : options(given), context(std::make_unique<VerilatedContext>()), flash(TERNEL_FLASH_BYTES, flashPart) {
    context->randReset(0);
    soc = std::make_unique<Vternel_sim>(context.get());
    soc->sys_clk = 0;
    soc->sim_boot_mode = options.bootMode;
    soc->serial_source_ready = 1;
    soc->flash_driven = 0;
    initialise(*soc);
    loadFlash();
    preloadDram();
    if (!options.trace.empty())
        waveform =
            std::make_unique<Waveform>(*context, *soc, options.trace, options.traceStart, options.traceStop);
    uart = openUart(options);
}

Simulation::~Simulation() {
    soc->final();
}

// The firmware in the image must have been built for this very SoC: stage 0's header says for which.
void Simulation::loadFlash() {
    const std::vector<uint8_t> image = readFile(options.flash, TERNEL_FLASH_BYTES);
    constexpr size_t stage0 = TERNEL_FLASH_STAGE0_OFFSET;
    if (image.size() < stage0 + TERNEL_STAGE0_HEADER_BYTES ||
        littleEndian32(image, stage0 + TERNEL_STAGE0_MAGIC_OFFSET) != TERNEL_STAGE0_MAGIC)
        throw HarnessError(errors::fileKind, options.flash + ": no stage 0 header");
    const uint32_t build = littleEndian32(image, stage0 + TERNEL_STAGE0_BUILD_ID_OFFSET);
    if (build != soc->sim_build_id)
        throw HarnessError(errors::imageBuild, options.flash + " is of build " + hexadecimal(build) +
                                                   ", this SoC of build " + hexadecimal(soc->sim_build_id));
    flash.load(image);
    flash.setQuadEnabled(options.quadEnabled);
}

void Simulation::preloadDram() {
    const SocMemory dram = dramOf(*soc);
    for (const DramPreload &preload : options.preloads) {
        const std::string where = hexadecimal(static_cast<uint32_t>(preload.address));
        if (preload.address < TERNEL_MAIN_RAM_ORIGIN || preload.address - TERNEL_MAIN_RAM_ORIGIN >= dram.size)
            throw HarnessError(errors::argument, "--preload-dram: 0x" + where + " is not in DRAM");
        const size_t offset = static_cast<size_t>(preload.address - TERNEL_MAIN_RAM_ORIGIN);
        const std::vector<uint8_t> bytes = readFile(preload.file, dram.size - offset);
        std::memcpy(dram.bytes + offset, bytes.data(), bytes.size());
    }
    // The hash unit takes a cycle a byte: 100 million for a model of 370 million weights.
    constexpr size_t model = TERNEL_MODEL_ORIGIN - TERNEL_MAIN_RAM_ORIGIN;
    if (options.bootMode == bootModeModelChecked)
        checkModelHash(dram.bytes + model, dram.size - model);
}

int Simulation::run() {
    for (const int number : {SIGINT, SIGTERM})
        std::signal(number, [](int) { signalled = 1; });
    std::signal(SIGPIPE, SIG_IGN);

    const uint64_t limit = options.maxCycles.value_or(UINT64_MAX);
    int status = exitMaxCycles;
    while (cycle < limit) {
        step();
        if (soc->sim_exit_valid) {
            status = soc->sim_exit_code;
            break;
        }
        if (cycle % pollCycles == 0) {
            if (options.progress && cycle % progressCycles == 0)
                std::fprintf(stderr, "ternel-sim: %llu cycles\n", static_cast<unsigned long long>(cycle));
            uart->poll();
            if (signalled != 0 || uart->escaped()) {
                status = signalled != 0 ? exitSignal : 0;
                break;
            }
            if (context->gotFinish()) { // the DRAM model saw an access to a closed row
                status = 1;
                break;
            }
        }
    }
    uart->flush();
    if (!options.saveFlash.empty()) {
        flash.cutPower(cycle, 1);
        writeFile(options.saveFlash, flash.contents(cycle));
    }
    if (status == exitMaxCycles && cycle == limit)
        std::fprintf(stderr, "ternel-sim: gave up after %llu cycles\n",
                     static_cast<unsigned long long>(cycle));
    return status;
}

// One clock cycle. Everything outside the SoC changes after the rising edge, like the SoC's own registers.
void Simulation::step() {
    soc->sys_clk = 1;
    soc->eval();
    if (waveform)
        waveform->record(cycle, 0);
    connectFlash();
    connectUart();
    soc->sys_clk = 0;
    soc->eval();
    if (waveform)
        waveform->record(cycle, 1);
    cycle++;
}

void Simulation::connectFlash() {
    const FlashOutput answer = flash.pins(soc->flash_cs_n, soc->flash_clk, soc->flash_lines, cycle);
    soc->flash_level = answer.level;
    soc->flash_driven = answer.driven;
}

// The harness takes a byte in every cycle in which there is one, and gives one when the SoC will take it at
// the next edge.
void Simulation::connectUart() {
    if (soc->serial_source_valid)
        uart->put(soc->serial_source_data);
    soc->serial_sink_valid = uart->available() && soc->serial_sink_ready;
    if (soc->serial_sink_valid) {
        soc->serial_sink_data = uart->peek();
        uart->take();
    }
}

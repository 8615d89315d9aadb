// Runs a Verilated design for a driver: reads commands, one a line, from descriptor 3 and writes replies to
// descriptor 4, so that what the design prints (to standard output) cannot be mistaken for a reply. `ports.h`
// is generated from the design's port list.
//
//   s PORT HEX                       set an input
//   c CLOCKS TIME PERIOD COUNT       COUNT edges of the clocks in the mask CLOCKS, the first at TIME
//   u CLOCKS TIME PERIOD COUNT PORT HEX   the same until the port has the value; replies the number of edges
//   made, or -1 a                                replies the values of all outputs n a new model, at power-on
//   w FILE                           writes a waveform (where built with --trace)
//   y                                replies when everything before it is done
//   q                                quit
//
// Replies are `ok VALUES`, or `fail` when a property of the design failed or it stopped by itself; what it
// printed says which. After a failure commands are skipped until the next `n`.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <sys/prctl.h>
#include <unistd.h>

#include "Vdesign.h"
#include "verilated.h"
#ifdef TRACE
#include "verilated_vcd_c.h"
#endif

namespace {

// A port of the model: Verilator gives it 1, 2, 4 or 8 bytes, and an array of 32-bit words above 64 bits.
struct Port {
    void *value;
    unsigned width;
};

struct Failure {};

bool failed = false;

#include "ports.h"

std::unique_ptr<VerilatedContext> context;
std::unique_ptr<Vdesign> design;
Ports ports;
bool settled = false;
#ifdef TRACE
std::unique_ptr<VerilatedVcdC> waveform;
#endif

unsigned wordCount(const Port &port) {
    return (port.width + 31) / 32;
}

uint32_t readWord(const Port &port, unsigned index) {
    if (port.width <= 8)
        return *static_cast<const uint8_t *>(port.value);
    if (port.width <= 16)
        return *static_cast<const uint16_t *>(port.value);
    if (port.width <= 32)
        return *static_cast<const uint32_t *>(port.value);
    if (port.width <= 64)
        return static_cast<uint32_t>(*static_cast<const uint64_t *>(port.value) >> (32 * index));
    return static_cast<const uint32_t *>(port.value)[index];
}

void writeWord(const Port &port, unsigned index, uint32_t word) {
    if (port.width <= 8) {
        *static_cast<uint8_t *>(port.value) = static_cast<uint8_t>(word);
    } else if (port.width <= 16) {
        *static_cast<uint16_t *>(port.value) = static_cast<uint16_t>(word);
    } else if (port.width <= 32) {
        *static_cast<uint32_t *>(port.value) = word;
    } else if (port.width <= 64) {
        uint64_t &value = *static_cast<uint64_t *>(port.value);
        const unsigned shift = 32 * index;
        value = (value & ~(0xffffffffULL << shift)) | (static_cast<uint64_t>(word) << shift);
    } else {
        static_cast<uint32_t *>(port.value)[index] = word;
    }
}

// Word `index` (32 bits, lowest first) of a hexadecimal number.
uint32_t hexWord(const char *digits, size_t length, unsigned index) {
    const size_t skipped = 8 * static_cast<size_t>(index);
    if (skipped >= length)
        return 0;
    const size_t end = length - skipped;
    const size_t start = end > 8 ? end - 8 : 0;
    char text[9] = {};
    memcpy(text, digits + start, end - start);
    return static_cast<uint32_t>(strtoul(text, nullptr, 16));
}

void setPort(const Port &port, const char *digits) {
    const size_t length = strlen(digits);
    for (unsigned index = 0; index < wordCount(port); index++)
        writeWord(port, index, hexWord(digits, length, index));
}

bool hasValue(const Port &port, const char *digits) {
    const size_t length = strlen(digits);
    for (unsigned index = 0; index < wordCount(port); index++) {
        if (readWord(port, index) != hexWord(digits, length, index))
            return false;
    }
    return true;
}

void appendHex(std::string &text, const Port &port) {
    char digits[9];
    for (unsigned index = wordCount(port); index-- > 0;) {
        snprintf(digits, sizeof digits, "%08x", readWord(port, index));
        text += digits;
    }
}

void evaluate() {
    design->eval();
    settled = true;
    if (failed)
        throw Failure{};
}

void settle() {
    if (!settled)
        evaluate();
}

void dump(uint64_t time) {
#ifdef TRACE
    if (waveform)
        waveform->dump(time);
#else
    static_cast<void>(time);
#endif
}

void setClocks(uint64_t mask, uint8_t level) {
    for (size_t index = 0; index < ports.clocks.size(); index++) {
        if (mask >> index & 1)
            *static_cast<uint8_t *>(ports.clocks[index].value) = level;
    }
}

// The clocks fall together with the new inputs, which settle; then they rise.
void edge(uint64_t mask, uint64_t time, uint64_t period) {
    context->time(time > period / 2 ? time - period / 2 : 0);
    setClocks(~0ULL, 0);
    evaluate();
    dump(context->time());
    context->time(time);
    setClocks(mask, 1);
    evaluate();
    dump(time);
}

void powerOn() {
#ifdef TRACE
    if (waveform)
        waveform->close();
    waveform.reset();
#endif
    design.reset();
    context = std::make_unique<VerilatedContext>();
#ifdef TRACE
    context->traceEverOn(true);
#endif
    design = std::make_unique<Vdesign>(context.get(), "top");
    ports = portsOf(*design);
    failed = false;
    settled = false;
}

void reply(const char *status, const std::string &values) {
    const std::string line = std::string(status) + values + "\n";
    fflush(stdout);
    for (size_t sent = 0; sent < line.size();) {
        const ssize_t count = write(4, line.data() + sent, line.size() - sent);
        if (count <= 0)
            exit(1);
        sent += static_cast<size_t>(count);
    }
}

const char *nextWord() {
    const char *word = strtok(nullptr, " \n");
    return word == nullptr ? "0" : word;
}

uint64_t nextNumber() {
    return strtoull(nextWord(), nullptr, 10);
}

// Runs one command; returns false at the end.
bool run(char *line) {
    const char *word = strtok(line, " \n");
    const char command = word == nullptr ? '\n' : *word;
    if (command == 'q')
        return false;
    if (command == 'n') {
        powerOn();
        return true;
    }
    const bool replies = command == 'a' || command == 'u' || command == 'y';
    if (failed) {
        if (replies)
            reply("fail", "");
        return true;
    }
    try {
        std::string values;
        if (command == 's') {
            const uint64_t port = nextNumber();
            setPort(ports.inputs.at(port), nextWord());
            settled = false;
        } else if (command == 'c' || command == 'u') {
            const uint64_t mask = nextNumber();
            const uint64_t time = nextNumber();
            const uint64_t period = nextNumber();
            const uint64_t count = nextNumber();
            const Port *awaited = command == 'u' ? &ports.outputs.at(nextNumber()) : nullptr;
            const char *value = command == 'u' ? nextWord() : "";
            uint64_t made = 0;
            settle();
            while (made < count && (awaited == nullptr || !hasValue(*awaited, value)))
                edge(mask, time + period * made++, period);
            if (awaited != nullptr)
                values = hasValue(*awaited, value) ? " " + std::to_string(made) : " -1";
#ifdef TRACE
        } else if (command == 'w') {
            waveform = std::make_unique<VerilatedVcdC>();
            design->trace(waveform.get(), 99);
            waveform->open(nextWord());
#endif
        } else if (command == 'a') {
            settle();
            for (const Port &port : ports.outputs) {
                values += ' ';
                appendHex(values, port);
            }
        }
        if (replies)
            reply("ok", values);
    } catch (const Failure &) {
#ifdef TRACE
        if (waveform)
            waveform->flush();
#endif
        if (replies)
            reply("fail", "");
    }
    return true;
}

} // namespace

// Verilator calls this when an assertion fails ($error, $fatal, $stop) instead of ending the process.
void vl_stop(const char *, int, const char *) VL_MT_UNSAFE {
    failed = true;
}

int main() {
    // Whatever happens to the driver, this process does not outlive it.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    FILE *commands = fdopen(3, "r");
    if (commands == nullptr) {
        fputs("usage: simulation 3<commands 4>replies\n", stderr);
        return 2;
    }
    powerOn();
    char *line = nullptr;
    size_t size = 0;
    while (getline(&line, &size, commands) > 0 && run(line)) {
    }
    free(line);
#ifdef TRACE
    if (waveform)
        waveform->close();
#endif
    if (!failed)
        design->final();
    fflush(stdout);
    // Not exit: the runtime's own objects may be gone before the model that points to them.
    _exit(failed ? 1 : 0);
}

#include "flash_model.h"

#include <algorithm>
#include <random>

namespace {

// Commands that this model answers; it ignores all others, as do parts that have no second status register.
enum Command : uint8_t {
    writeStatus1 = 0x01,
    pageProgram = 0x02,
    readData = 0x03,
    writeDisable = 0x04,
    readStatus1 = 0x05,
    writeEnable = 0x06,
    fastRead = 0x0b,
    readStatus3 = 0x15,
    sectorErase = 0x20,
    writeStatus2 = 0x31,
    quadPageProgram = 0x32,
    readStatus2 = 0x35,
    block32Erase = 0x52,
    chipErase60 = 0x60,
    quadOutputRead = 0x6b,
    jedecIdentification = 0x9f,
    chipEraseC7 = 0xc7,
    block64Erase = 0xd8,
    quadIoRead = 0xeb,
};

} // namespace

FlashModel::FlashModel(size_t bytes, const FlashPart &which, const FlashTiming &times)
    : part(which), timing(times), cells(bytes, 0xff) {}

void FlashModel::load(const std::vector<uint8_t> &image) {
    std::fill(cells.begin(), cells.end(), 0xff);
    std::copy_n(image.begin(), std::min(image.size(), cells.size()), cells.begin());
}

void FlashModel::setQuadEnabled(bool enabled) {
    uint8_t &holder = status[part.quadRegister];
    holder = static_cast<uint8_t>(enabled ? holder | part.quadBit : holder & ~part.quadBit);
}

// ---- Pins
// -------------------------------------------------------------------------------------------------------

FlashOutput FlashModel::activePins(bool chipSelectN, bool clock, uint8_t data, uint64_t now) {
    time = now;
    if (previousChipSelectN && !chipSelectN)
        select();
    if (!previousChipSelectN && chipSelectN)
        deselect();
    if (!chipSelectN && clock != previousClock)
        clock ? clockRises(data) : clockFalls();
    previousChipSelectN = chipSelectN;
    previousClock = clock;
    return output;
}

void FlashModel::select() {
    position = 0;
    addressReceived = false;
    outputBits = 0;
    output = {};
    expect(Phase::command, 1, 8);
}

void FlashModel::expect(Phase next, unsigned lines, unsigned bits) {
    phase = next;
    width = lines;
    bitsLeft = bits;
    shift = 0;
}

void FlashModel::clockRises(uint8_t data) {
    if (phase == Phase::ignore || phase == Phase::dataOut)
        return;
    shift = shift << width | (width == 4 ? data & 0xf : data & 1);
    bitsLeft -= width;
    if (bitsLeft > 0)
        return;
    switch (phase) {
    case Phase::command:
        return commandComplete();
    case Phase::address:
        address = shift & static_cast<uint32_t>(cells.size() - 1);
        addressReceived = true;
        return addressComplete();
    case Phase::mode: // continuous read is not modelled: the mode bits are ignored
        return expect(Phase::dummy, 1, 4);
    case Phase::dummy:
        return expect(Phase::dataOut, command == fastRead ? 1 : 4, 0);
    case Phase::dataIn:
        return byteReceived();
    default:
        return;
    }
}

void FlashModel::clockFalls() {
    if (phase != Phase::dataOut)
        return;
    if (outputBits == 0) {
        outputByte = nextOutputByte();
        outputBits = 8;
    }
    outputBits -= width;
    if (width == 4)
        output = {static_cast<uint8_t>(outputByte >> outputBits & 0xf), 0xf};
    else // one line: the answer is on line 1
        output = {static_cast<uint8_t>((outputByte >> outputBits & 1) << 1), 0x2};
}

// ---- Transfers
// --------------------------------------------------------------------------------------------------

void FlashModel::commandComplete() {
    command = static_cast<uint8_t>(shift);
    const bool reading = command == readStatus1 || command == readStatus2 || command == readStatus3;
    const bool second = command == readStatus2 || command == readStatus3 || command == writeStatus2;
    if ((second && !part.hasSecondStatus) || (command == writeStatus2 && !part.writesSecond))
        return expect(Phase::ignore, 1, 0);
    // While an operation is under way, only the status can be read.
    if (busy() && !reading)
        return expect(Phase::ignore, 1, 0);
    switch (command) {
    case readStatus1:
    case readStatus2:
    case readStatus3:
    case jedecIdentification:
        return expect(Phase::dataOut, 1, 0);
    case quadOutputRead:
    case quadPageProgram:
        return quadEnabled() ? expect(Phase::address, 1, 24) : expect(Phase::ignore, 1, 0);
    case quadIoRead:
        return quadEnabled() ? expect(Phase::address, 4, 24) : expect(Phase::ignore, 1, 0);
    case readData:
    case fastRead:
    case pageProgram:
    case sectorErase:
    case block32Erase:
    case block64Erase:
        return expect(Phase::address, 1, 24);
    case writeStatus1:
    case writeStatus2:
        return expect(Phase::dataIn, 1, 8);
    default: // complete without more bits (or unknown): deselect() acts on it, more bits cancel it
        return expect(Phase::dataIn, 1, 8);
    }
}

void FlashModel::addressComplete() {
    switch (command) {
    case readData:
        return expect(Phase::dataOut, 1, 0);
    case fastRead:
    case quadOutputRead:
        return expect(Phase::dummy, 1, 8);
    case quadIoRead:
        return expect(Phase::mode, 4, 8);
    case quadPageProgram:
        std::fill(page, page + pageBytes, 0xff);
        return expect(Phase::dataIn, 4, 8);
    default:
        std::fill(page, page + pageBytes, 0xff);
        return expect(Phase::dataIn, 1, 8);
    }
}

void FlashModel::byteReceived() {
    const uint8_t byte = static_cast<uint8_t>(shift);
    if (command == writeStatus1 || command == writeStatus2) {
        if (position < 2)
            statusInput[position] = byte;
    } else {
        // Past the end of the page the address wraps to its beginning; of bytes for the same cell the last
        // one counts.
        page[(address + position) % pageBytes] = byte;
    }
    position++;
    expect(Phase::dataIn, width, 8);
}

uint8_t FlashModel::nextOutputByte() {
    const size_t index = position++;
    switch (command) {
    case readStatus1: {
        const uint8_t busyBit = busy() ? statusBusy : 0;
        return static_cast<uint8_t>(status[0] | busyBit);
    }
    case readStatus2:
        return status[1];
    case readStatus3:
        return status[2];
    case jedecIdentification:
        return index < 3 ? part.jedecId[index] : 0;
    default:
        return cells[(address + index) & (cells.size() - 1)];
    }
}

void FlashModel::deselect() {
    output = {};
    // An operation begins when chip select rises after whole bytes, the last of which is complete.
    const bool whole = phase == Phase::dataIn && bitsLeft == 8;
    const bool enabled = (status[0] & statusWriteEnable) != 0;
    if (!whole || busy())
        return;
    const bool alone = position == 0;
    const bool addressOnly = addressReceived && position == 0;
    switch (command) {
    case writeEnable:
        if (alone)
            status[0] |= statusWriteEnable;
        return;
    case writeDisable:
        if (alone)
            status[0] &= static_cast<uint8_t>(~statusWriteEnable);
        return;
    case writeStatus1:
    case writeStatus2:
        if (enabled && position > 0)
            beginStatusWrite();
        return;
    case pageProgram:
    case quadPageProgram:
        if (enabled && position > 0)
            beginProgram();
        return;
    case sectorErase:
        if (enabled && addressOnly)
            beginErase(sectorBytes, timing.sectorErase);
        return;
    case block32Erase:
        if (enabled && addressOnly)
            beginErase(32 * 1024, timing.block32Erase);
        return;
    case block64Erase:
        if (enabled && addressOnly)
            beginErase(64 * 1024, timing.block64Erase);
        return;
    case chipErase60:
    case chipEraseC7:
        if (enabled && alone)
            beginErase(cells.size(), timing.chipErase);
        return;
    default:
        return;
    }
}

// ---- Operations
// -------------------------------------------------------------------------------------------------

void FlashModel::begin(Operation kind, uint64_t cycles) {
    operation = kind;
    operationStart = time;
    operationEnd = time + cycles;
}

void FlashModel::beginProgram() {
    operationBegin = address / pageBytes * pageBytes;
    operationBytes = pageBytes;
    if (isProtected(operationBegin, operationBytes)) {
        status[0] &= static_cast<uint8_t>(~statusWriteEnable);
        return;
    }
    begin(Operation::program, timing.pageProgram);
}

void FlashModel::beginErase(size_t bytes, uint64_t cycles) {
    operationBegin = bytes == cells.size() ? 0 : address / bytes * bytes;
    operationBytes = bytes;
    if (isProtected(operationBegin, operationBytes)) {
        status[0] &= static_cast<uint8_t>(~statusWriteEnable);
        return;
    }
    begin(Operation::erase, cycles);
}

void FlashModel::beginStatusWrite() {
    const bool second = command == writeStatus2;
    statusNext[0] = second ? status[0] : statusInput[0];
    statusNext[1] = second ? statusInput[0] : position > 1 ? statusInput[1] : status[1];
    begin(Operation::writeStatus, timing.statusWrite);
}

// Block protection as the status register's BP and TB bits say: BP 1 to 6 protect 1/64 to 1/2 of the flash, 7
// all of it.
bool FlashModel::isProtected(size_t first, size_t bytes) const {
    const unsigned level = status[0] >> statusProtectShift & 7;
    if (level == 0)
        return false;
    const size_t size = level == 7 ? cells.size() : cells.size() >> (7 - level);
    const bool bottom = (status[0] & statusTopBottom) != 0;
    const size_t from = bottom ? 0 : cells.size() - size;
    return first < from + size && from < first + bytes;
}

void FlashModel::finishOperation(uint64_t now) {
    if (operation == Operation::none || now < operationEnd)
        return;
    switch (operation) {
    case Operation::program: // cells only ever go from 1 to 0
        for (size_t i = 0; i < operationBytes; i++)
            cells[operationBegin + i] &= page[i];
        break;
    case Operation::erase:
        std::fill_n(cells.begin() + static_cast<std::ptrdiff_t>(operationBegin), operationBytes, 0xff);
        break;
    case Operation::writeStatus: {
        // TB and BP, and quad enable where it is here; the busy and write enable bits are not stored.
        const uint8_t writable = static_cast<uint8_t>(0x3c | (part.quadRegister == 0 ? part.quadBit : 0));
        status[0] = static_cast<uint8_t>(statusNext[0] & writable);
        status[1] = part.hasSecondStatus ? statusNext[1] : 0;
        break;
    }
    case Operation::none:
        break;
    }
    operation = Operation::none;
    status[0] &= static_cast<uint8_t>(~statusWriteEnable);
}

void FlashModel::cutPower(uint64_t now, uint32_t seed) {
    finishOperation(now);
    std::mt19937 random(seed);
    if (operation == Operation::program || operation == Operation::erase) {
        // Each bit has changed with the probability that its operation had been given of its time.
        const double done =
            static_cast<double>(now - operationStart) / static_cast<double>(operationEnd - operationStart);
        std::bernoulli_distribution changed(done);
        for (size_t i = 0; i < operationBytes; i++) {
            uint8_t &cell = cells[operationBegin + i];
            const uint8_t target = operation == Operation::erase ? 0xff : cell & page[i];
            for (uint8_t bit = 1; bit != 0; bit = static_cast<uint8_t>(bit << 1))
                if ((cell ^ target) & bit && changed(random))
                    cell ^= bit;
        }
    }
    operation = Operation::none;
    status[0] &= static_cast<uint8_t>(~statusWriteEnable);
    previousChipSelectN = true;
    phase = Phase::ignore;
    output = {};
}

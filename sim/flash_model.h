// A serial NOR flash, bit by bit: what the parts of our boards do at their six pins. No Verilator here.
#pragma once

#include "flash_part.h"

#include <cstddef>
#include <cstdint>
#include <vector>

// How long operations take, in cycles of whatever clock the caller counts. The defaults are a hundredth of
// the data sheet's typical times at 100 MHz: firmware must wait, but no test waits for long.
struct FlashTiming {
    uint64_t pageProgram = 400;
    uint64_t sectorErase = 45'000;
    uint64_t block32Erase = 120'000;
    uint64_t block64Erase = 150'000;
    uint64_t chipErase = 4'000'000;
    uint64_t statusWrite = 10'000;
};

// The four data lines as the flash drives them: bit i of `driven` says whether line i is driven, bit i of
// `level` its level.
struct FlashOutput {
    uint8_t level = 0xf;
    uint8_t driven = 0;
};

class FlashModel {
  public:
    static constexpr size_t pageBytes = 256;
    static constexpr size_t sectorBytes = 4096;

    // An erased flash of `bytes` bytes (a power of two) as it comes from the factory: its quad enable bit is
    // clear.
    explicit FlashModel(size_t bytes, const FlashPart &which = flashParts[0], const FlashTiming &times = {});

    // The pins at time `now`. Inputs are sampled when the clock rises; the answer changes when it falls (SPI
    // mode 0).
    FlashOutput pins(bool chipSelectN, bool clock, uint8_t data, uint64_t now) {
        if (chipSelectN && previousChipSelectN)
            return {};
        return activePins(chipSelectN, clock, data, now);
    }

    // Ends the supply at time `now`: what was being programmed or erased stays half done, the rest of the
    // state returns to its power-on values. Which cells made it is drawn from `seed`.
    void cutPower(uint64_t now, uint32_t seed);

    // The cells. A program or erase operation that is under way at `now` has not touched them yet.
    const std::vector<uint8_t> &contents(uint64_t now) {
        finishOperation(now);
        return cells;
    }
    // Replaces the first bytes, as a programmer would before the board is switched on; the rest is erased.
    void load(const std::vector<uint8_t> &image);

    bool quadEnabled() const {
        return (status[part.quadRegister] & part.quadBit) != 0;
    }
    void setQuadEnabled(bool enabled);

  private:
    enum class Phase { command, address, mode, dummy, dataOut, dataIn, ignore };
    enum class Operation { none, program, erase, writeStatus };

    static constexpr uint8_t statusBusy = 0x01;
    static constexpr uint8_t statusWriteEnable = 0x02;
    static constexpr uint8_t statusProtectShift = 2;
    static constexpr uint8_t statusTopBottom = 0x20;

    FlashOutput activePins(bool chipSelectN, bool clock, uint8_t data, uint64_t now);
    void select();
    void deselect();
    void clockRises(uint8_t data);
    void clockFalls();
    void commandComplete();
    void addressComplete();
    void byteReceived();
    void expect(Phase next, unsigned width, unsigned bits);
    uint8_t nextOutputByte();

    bool busy() {
        finishOperation(time);
        return operation != Operation::none;
    }
    void begin(Operation kind, uint64_t cycles);
    void finishOperation(uint64_t now);
    void beginProgram();
    void beginErase(size_t bytes, uint64_t cycles);
    void beginStatusWrite();
    bool isProtected(size_t begin, size_t bytes) const;

    FlashPart part;
    FlashTiming timing;
    std::vector<uint8_t> cells;
    uint8_t status[3] = {0, 0, 0};

    // Pins.
    uint64_t time = 0; // when they were last set
    bool previousChipSelectN = true;
    bool previousClock = false;
    FlashOutput output;

    // The transfer since chip select fell.
    Phase phase = Phase::command;
    unsigned width = 1;    // data lines in use
    unsigned bitsLeft = 0; // of what `phase` waits for
    uint32_t shift = 0;    // bits received, most significant first
    uint8_t command = 0;
    uint32_t address = 0;
    size_t position = 0; // bytes received or sent in the data phase
    bool addressReceived = false;
    uint8_t outputByte = 0;
    unsigned outputBits = 0; // of outputByte not yet on the lines
    uint8_t page[pageBytes] = {};
    uint8_t statusInput[2] = {};

    // The operation under way: a program or erase of [operationBegin, operationBegin + operationBytes).
    Operation operation = Operation::none;
    uint64_t operationStart = 0;
    uint64_t operationEnd = 0;
    size_t operationBegin = 0;
    size_t operationBytes = 0;
    uint8_t statusNext[2] = {};
};

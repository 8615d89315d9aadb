// What distinguishes the flash parts of our boards: how they identify themselves and where their quad enable
// bit is.
#pragma once

#include <cstdint>
#include <string_view>

struct FlashPart {
    const char *name; // as boards/machine.ts has it
    uint8_t jedecId[3];
    uint8_t quadRegister; // 0: the status register, 1: the second status (or configuration) register
    uint8_t quadBit;      // its mask there
    bool hasSecondStatus; // 35h reads a second register, and 01h with two bytes writes it
    bool writesSecond;    // 31h writes it alone
};

// Sources: the data sheets of W25Q128JV (revision F: 7.1, 8.2), IS25LP128 (6.1), S25FL128S and S25FL256S
// (7.5, 10.3).
constexpr FlashPart flashParts[] = {
    {"W25Q128JV", {0xef, 0x70, 0x18}, 1, 0x02, true, true},
    {"IS25LP128", {0x9d, 0x60, 0x18}, 0, 0x40, false, false},
    {"S25FL128S", {0x01, 0x20, 0x18}, 1, 0x02, true, false},
    {"S25FL256S", {0x01, 0x02, 0x19}, 1, 0x02, true, false},
};

// The part of this name; for a name that is none, a compile time error.
constexpr const FlashPart &flashPartNamed(std::string_view name) {
    for (const FlashPart &part : flashParts)
        if (name == part.name)
            return part;
    throw "no such flash part";
}

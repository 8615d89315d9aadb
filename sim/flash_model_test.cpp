// Unit tests of the flash model: a little SPI master drives its pins, as LiteSPI would.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "flash_model.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <initializer_list>

namespace {

constexpr size_t flashBytes = 1 << 20;
using Bytes = std::vector<uint8_t>;

// Drives the pins in SPI mode 0; every clock edge takes one cycle of the model's time.
class Master {
  public:
    explicit Master(FlashModel &model) : flash(model) {}

    void select() {
        lines = 0xf;
        pins(false, false);
    }
    void deselect() {
        pins(true, false);
    }
    // Sends the lowest `bits` bits of a value, most significant first, on `width` lines.
    void send(uint32_t value, unsigned bits = 8, unsigned width = 1) {
        while (bits > 0) {
            bits -= width;
            lines = static_cast<uint8_t>(value >> bits & (width == 4 ? 0xf : 1));
            clock();
        }
    }
    void dummy(unsigned clocks) {
        for (unsigned i = 0; i < clocks; i++)
            clock();
    }
    // Receives a byte on `width` lines; line 1 carries it when there is one.
    uint8_t receive(unsigned width = 1) {
        uint8_t value = 0;
        for (unsigned bits = 0; bits < 8; bits += width) {
            value =
                static_cast<uint8_t>(value << width | (width == 4 ? answer.level : answer.level >> 1 & 1));
            driven = answer.driven;
            clock();
        }
        return value;
    }

    // Whole transfers.
    void command(std::initializer_list<uint8_t> bytes) {
        select();
        for (const uint8_t byte : bytes)
            send(byte);
        deselect();
    }
    uint8_t status(uint8_t which = 0x05) {
        select();
        send(which);
        const uint8_t value = receive();
        deselect();
        return value;
    }
    Bytes read(uint32_t address, size_t count) {
        select();
        send(0x03);
        send(address, 24);
        Bytes bytes;
        while (bytes.size() < count)
            bytes.push_back(receive());
        deselect();
        return bytes;
    }
    void program(uint32_t address, const Bytes &bytes) {
        command({0x06});
        select();
        send(0x02);
        send(address, 24);
        for (const uint8_t byte : bytes)
            send(byte);
        deselect();
    }
    void erase(uint8_t opcode, uint32_t address) {
        command({0x06});
        select();
        send(opcode);
        send(address, 24);
        deselect();
    }
    void wait() {
        while ((status() & 1) != 0) {
        }
    }

    uint64_t time = 0;
    uint8_t driven = 0;
    uint8_t lines = 0xf;

  private:
    void clock() {
        pins(false, true);
        pins(false, false);
    }
    void pins(bool chipSelectN, bool level) {
        answer = flash.pins(chipSelectN, level, lines, time++);
    }

    FlashModel &flash;
    FlashOutput answer;
};

// A model full of known bytes, and a master at its pins.
struct Bench {
    Bench() {
        Bytes image(flashBytes);
        for (size_t i = 0; i < image.size(); i++)
            image[i] = pattern(i);
        flash.load(image);
    }
    static uint8_t pattern(size_t address) {
        return static_cast<uint8_t>(address * 37 ^ address >> 8);
    }
    static Bytes expected(size_t address, size_t count) {
        Bytes bytes;
        for (size_t i = 0; i < count; i++)
            bytes.push_back(pattern((address + i) % flashBytes));
        return bytes;
    }
    FlashModel flash{flashBytes};
    Master spi{flash};
};

} // namespace

TEST_CASE_FIXTURE(Bench, "identification and the three status registers") {
    spi.select();
    spi.send(0x9f);
    CHECK(Bytes{spi.receive(), spi.receive(), spi.receive()} == Bytes{0xef, 0x70, 0x18});
    spi.deselect();
    CHECK(spi.driven == 0x2);
    CHECK(spi.status(0x05) == 0x00);
    CHECK(spi.status(0x35) == 0x00); // quad is not enabled as delivered
    CHECK(spi.status(0x15) == 0x00);
}

TEST_CASE_FIXTURE(Bench, "reads: slow, fast, quad output, quad I/O; the address wraps at the end") {
    flash.setQuadEnabled(true);
    CHECK(spi.read(0x12345, 9) == expected(0x12345, 9));
    CHECK(spi.read(flashBytes - 2, 4) == expected(flashBytes - 2, 4));

    spi.select();
    spi.send(0x0b);
    spi.send(0x00ff, 24);
    spi.dummy(8);
    CHECK(Bytes{spi.receive(), spi.receive()} == expected(0xff, 2));
    spi.deselect();

    spi.select();
    spi.send(0x6b);
    spi.send(0x4321, 24);
    spi.dummy(8);
    CHECK(Bytes{spi.receive(4), spi.receive(4), spi.receive(4)} == expected(0x4321, 3));
    CHECK(spi.driven == 0xf);
    spi.deselect();

    spi.select();
    spi.send(0xeb);
    spi.send(0x4321, 24, 4);
    spi.send(0x00, 8, 4); // mode
    spi.dummy(4);
    CHECK(Bytes{spi.receive(4), spi.receive(4), spi.receive(4)} == expected(0x4321, 3));
    spi.deselect();
}

TEST_CASE_FIXTURE(Bench, "without quad enable the quad commands do nothing") {
    flash.setQuadEnabled(false);
    spi.select();
    spi.send(0x6b);
    spi.send(0, 24);
    spi.dummy(8);
    spi.receive(4);
    CHECK(spi.driven == 0);
    spi.deselect();
    // Written to the second status register, the bit is there again.
    spi.command({0x06});
    spi.command({0x31, 0x02});
    spi.wait();
    CHECK(flash.quadEnabled());
    // And through the first one, as older firmware does.
    spi.command({0x06});
    spi.command({0x01, 0x00, 0x00});
    spi.wait();
    CHECK(!flash.quadEnabled());
}

TEST_CASE("every part: its identification, its quad enable bit, and the registers that it lacks") {
    for (const FlashPart &part : flashParts) {
        INFO(part.name);
        FlashModel flash{flashBytes, part};
        Master spi{flash};
        spi.select();
        spi.send(0x9f);
        CHECK(Bytes{spi.receive(), spi.receive(), spi.receive()} ==
              Bytes(std::begin(part.jedecId), std::end(part.jedecId)));
        spi.deselect();
        // As each data sheet says it is set.
        spi.command({0x06});
        if (part.quadRegister == 0)
            spi.command({0x01, 0x40});
        else if (part.writesSecond)
            spi.command({0x31, 0x02});
        else
            spi.command({0x01, 0x00, 0x02});
        spi.wait();
        CHECK(flash.quadEnabled());
        CHECK(spi.status(0x05) == (part.quadRegister == 0 ? 0x40 : 0x00));
        if (part.hasSecondStatus)
            CHECK(spi.status(0x35) == 0x02);
        // 31h is for those that have it.
        spi.command({0x06});
        spi.command({0x31, 0x00});
        spi.wait();
        CHECK(flash.quadEnabled() == !part.writesSecond);
    }
}

TEST_CASE_FIXTURE(Bench, "programming clears bits and never sets one") {
    spi.erase(0x20, 0x3000);
    spi.wait();
    spi.program(0x3010, {0xf0, 0x55});
    spi.wait();
    CHECK(spi.read(0x300f, 4) == Bytes{0xff, 0xf0, 0x55, 0xff});
    spi.program(0x3010, {0x3c, 0xff});
    spi.wait();
    CHECK(spi.read(0x3010, 2) == Bytes{0x30, 0x55});
}

TEST_CASE_FIXTURE(Bench,
                  "programming wraps at the end of the page; of more than a page the last bytes count") {
    spi.erase(0x20, 0x5000);
    spi.wait();
    spi.program(0x50fe, {1, 2, 3, 4});
    spi.wait();
    CHECK(spi.read(0x50fe, 3) == Bytes{1, 2, 0xff});
    CHECK(spi.read(0x5000, 3) == Bytes{3, 4, 0xff});

    Bytes many(256 + 2, 0x11);
    many[256] = 0x22;
    many[257] = 0x33;
    spi.program(0x5100, many);
    spi.wait();
    CHECK(spi.read(0x5100, 4) == Bytes{0x22, 0x33, 0x11, 0x11});
    CHECK(spi.read(0x5200, 1) == Bytes{0xff});
}

TEST_CASE_FIXTURE(Bench, "quad page program takes data on four lines") {
    flash.setQuadEnabled(true);
    spi.erase(0x20, 0x6000);
    spi.wait();
    spi.command({0x06});
    spi.select();
    spi.send(0x32);
    spi.send(0x6004, 24);
    spi.send(0xa5, 8, 4);
    spi.send(0x3c, 8, 4);
    spi.deselect();
    spi.wait();
    CHECK(spi.read(0x6003, 4) == Bytes{0xff, 0xa5, 0x3c, 0xff});
}

TEST_CASE_FIXTURE(Bench, "erasing 4 KiB, 32 KiB, 64 KiB and everything: those cells and no others") {
    const auto check = [this](uint8_t opcode, size_t address, size_t begin, size_t bytes) {
        Bench fresh;
        fresh.spi.erase(opcode, static_cast<uint32_t>(address));
        fresh.spi.wait();
        Bytes wanted = expected(0, flashBytes);
        std::fill_n(wanted.begin() + static_cast<std::ptrdiff_t>(begin), bytes, 0xff);
        CHECK(fresh.flash.contents(fresh.spi.time) == wanted);
    };
    check(0x20, 0x1234f, 0x12000, 0x1000);
    check(0x52, 0x1234f, 0x10000, 0x8000);
    check(0xd8, 0x2ffff, 0x20000, 0x10000);
    for (const uint8_t opcode : Bytes{0x60, 0xc7}) {
        Bench fresh;
        fresh.spi.command({0x06});
        fresh.spi.command({opcode});
        fresh.spi.wait();
        CHECK(fresh.flash.contents(fresh.spi.time) == Bytes(flashBytes, 0xff));
    }
}

TEST_CASE_FIXTURE(Bench, "nothing changes without write enable, which every operation uses up") {
    spi.select();
    spi.send(0x02);
    spi.send(0x100, 24);
    spi.send(0x00);
    spi.deselect();
    CHECK(spi.status() == 0);
    CHECK(spi.read(0x100, 1) == expected(0x100, 1));

    spi.command({0x06});
    CHECK(spi.status() == 0x02);
    spi.command({0x04});
    CHECK(spi.status() == 0x00);

    spi.erase(0x20, 0);
    CHECK((spi.status() & 0x03) == 0x03);
    spi.wait();
    CHECK(spi.status() == 0x00);
}

TEST_CASE_FIXTURE(Bench, "while busy, only the status answers; one transfer sees it end") {
    spi.erase(0x20, 0);
    spi.select();
    spi.send(0x03);
    spi.send(0, 24);
    spi.receive();
    CHECK(spi.driven == 0);
    spi.deselect();
    spi.command({0x06}); // ignored
    const uint64_t before = spi.time;
    spi.select();
    spi.send(0x05);
    while ((spi.receive() & 1) != 0) {
    }
    spi.deselect();
    CHECK(spi.time - before > FlashTiming{}.sectorErase / 2);
    CHECK(spi.status() == 0x00);
    CHECK(spi.read(0, 1) == Bytes{0xff});
}

TEST_CASE_FIXTURE(Bench, "an operation needs chip select to rise after whole bytes") {
    spi.command({0x06});
    spi.select();
    spi.send(0x20);
    spi.send(0, 24);
    spi.send(0, 3); // three bits too many
    spi.deselect();
    CHECK(spi.status() == 0x02);
    spi.select();
    spi.send(0x20);
    spi.send(0, 16); // a byte of the address is missing
    spi.deselect();
    CHECK(spi.status() == 0x02);
    CHECK(spi.read(0, 4) == expected(0, 4));
}

TEST_CASE_FIXTURE(Bench, "protected blocks refuse program and erase") {
    spi.command({0x06});
    spi.command({0x01, 0x18}); // BP = 6: the upper half
    spi.wait();
    CHECK(spi.status() == 0x18);
    spi.erase(0x20, flashBytes / 2);
    CHECK(spi.status() == 0x18);
    spi.program(flashBytes - 256, {0});
    CHECK(spi.read(flashBytes - 256, 1) == expected(flashBytes - 256, 1));
    spi.erase(0x20, flashBytes / 2 - 1);
    spi.wait();
    CHECK(spi.read(flashBytes / 2 - 1, 2) == Bytes{0xff, pattern(flashBytes / 2)});
}

TEST_CASE_FIXTURE(Bench, "a power cut tears what was under way, and only that") {
    SUBCASE("an erase, half done") {
        spi.erase(0x20, 0x4000);
        flash.cutPower(spi.time + FlashTiming{}.sectorErase / 2, 7);
        const Bytes &cells = flash.contents(spi.time);
        size_t changed = 0;
        for (size_t i = 0; i < 0x1000; i++) {
            const uint8_t before = pattern(0x4000 + i), after = cells[0x4000 + i];
            CHECK((before & ~after) == 0); // erasing only sets bits
            changed += before != after;
        }
        CHECK(changed > 0x400);
        CHECK(std::count(cells.begin() + 0x4000, cells.begin() + 0x5000, 0xff) < 0xc00);
        CHECK(cells[0x3fff] == pattern(0x3fff));
        CHECK(cells[0x5000] == pattern(0x5000));
    }
    SUBCASE("a program that had ended") {
        spi.erase(0x20, 0x4000);
        spi.wait();
        spi.program(0x4000, {0x12});
        flash.cutPower(spi.time + FlashTiming{}.pageProgram, 7);
        CHECK(flash.contents(spi.time)[0x4000] == 0x12);
    }
    SUBCASE("a transfer: nothing") {
        spi.command({0x06});
        spi.select();
        spi.send(0x02);
        spi.send(0x4000, 24);
        spi.send(0);
        flash.cutPower(spi.time, 7);
        CHECK(flash.contents(spi.time) == expected(0, flashBytes));
    }
    CHECK(spi.status() == 0x00); // and it answers again
}

TEST_CASE_FIXTURE(Bench, "what lies behind a loaded image is erased") {
    flash.load({1, 2});
    CHECK(spi.read(0, 4) == Bytes{1, 2, 0xff, 0xff});
}

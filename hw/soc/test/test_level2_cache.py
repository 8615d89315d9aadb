"""The cache before a DRAM that answers when it likes: every read gives what was written last, whatever lines replace each other.

Once as a Wishbone slave with whole lines, once behind LiteDRAM's bridge and ports of the widths that the boards have."""

import random
import unittest

from collections import deque
from typing import Any
from collections.abc import Generator, Iterator

from migen import Module, passive, run_simulation

from litex.soc.interconnect import wishbone

from litedram.common import LiteDRAMNativePort

from litedram.frontend.wishbone import LiteDRAMWishbone2Native

from hw.soc.level2_cache import Level2Cache

# Helpers ------------------------------------------------------------------------------------------

LINE_WORDS = 4
LINES      = 8
ORIGIN     = 0x4000_0000//4 # In words: no tag of the DRAM is 0.


class Dram:
    """Lines by address, with random contents; counts what it is asked for."""
    def __init__(self, seed: int):
        self.source = random.Random(seed)
        self.lines  : dict[int, int] = {}
        self.reads  = 0
        self.writes = 0

    def line(self, address: int) -> int:
        return self.lines.setdefault(address, self.source.getrandbits(128))

    @passive
    def answers(self, port: wishbone.Interface):
        while True:
            if (yield port.cyc) and (yield port.stb):
                for _ in range(self.source.randrange(4)):
                    yield
                address, writes = (yield port.adr), (yield port.we)
                if writes:
                    self.lines[address] = (yield port.dat_w)
                    self.writes += 1
                else:
                    yield port.dat_r.eq(self.line(address))
                    self.reads += 1
                yield port.ack.eq(1)
                yield
                yield port.ack.eq(0)
                yield port.dat_r.eq(0xdead)
            yield


@passive
def controller(port: LiteDRAMNativePort, dram: Dram):
    """Takes commands at random, gives and takes data four cycles later, as LiteDRAM without holding back."""
    bits    = port.data_width
    in_line = 128//bits
    pending : deque[tuple[bool, int] | None] = deque([None]*4)
    while True:
        ready = dram.source.random() < 0.6
        yield port.cmd.ready.eq(int(ready))
        due          = pending.popleft()
        line, place  = divmod(due[1], in_line) if due is not None else (0, 0)
        first        = ORIGIN//LINE_WORDS
        yield port.rdata.valid.eq(int(due is not None and not due[0]))
        yield port.rdata.data.eq(dram.line(first + line) >> bits*place if due is not None else 0xdeadbeef)
        yield port.wdata.ready.eq(int(due is not None and due[0]))
        yield
        if due is not None and due[0]:
            assert (yield port.wdata.valid), "data came later than its command"
            mask = (2**bits - 1) << bits*place
            dram.lines[first + line] = dram.line(first + line) & ~mask | (yield port.wdata.data) << bits*place
            dram.writes += 1
        elif due is not None:
            dram.reads += 1
        taken = ready and (yield port.cmd.valid)
        pending.append((bool((yield port.cmd.we)), (yield port.cmd.addr)) if taken else None)


class CacheOnPort(Module):
    """The cache as ternel_soc.py connects it."""
    def __init__(self, cache: Level2Cache, bits: int):
        self.port = LiteDRAMNativePort("both", address_width=20, data_width=bits)
        self.submodules += cache, LiteDRAMWishbone2Native(cache.dram, self.port, base_address=4*ORIGIN)


def transfer(
    bus     : wishbone.Interface,
    address : int,
    data    : int | None = None,
    select  : int        = 0xf,
    cti     : int        = 0,
) -> Generator[Any, Any, tuple[int, int]]:
    """One word, read or written: its data and cycles. The request stays up, as in a burst or of a CPU with the next one ready."""
    yield bus.cyc.eq(1)
    yield bus.stb.eq(1)
    yield bus.adr.eq(address)
    yield bus.cti.eq(cti)
    yield bus.we.eq(int(data is not None))
    yield bus.sel.eq(select)
    yield bus.dat_w.eq(data or 0)
    cycles = 0
    while True:
        yield
        cycles += 1
        if (yield bus.ack):
            return (yield bus.dat_r), cycles


def release(bus: wishbone.Interface) -> Iterator:
    """A cycle without a request; address and CTI are what they were."""
    yield bus.cyc.eq(0)
    yield bus.stb.eq(0)
    yield

# Tests --------------------------------------------------------------------------------------------

class TestLevel2Cache(unittest.TestCase):
    def setUp(self) -> None:
        self.dut    = Level2Cache(size=4*LINE_WORDS*LINES, line_bits=32*LINE_WORDS)
        self.dram   = Dram(seed=1)
        self.memory : dict[int, int] = {}

    def simulate(self, master: Iterator) -> None:
        run_simulation(self.dut, [master, self.dram.answers(self.dut.dram)])

    def simulate_on_port(self, master: Iterator, bits: int) -> None:
        dut = CacheOnPort(self.dut, bits)
        run_simulation(dut, [master, controller(dut.port, self.dram)])

    def expected(self, address: int) -> int:
        """What a word holds: as written, or as the DRAM began."""
        if address not in self.memory:
            line = self.dram.line(address//LINE_WORDS)
            for word in range(LINE_WORDS):
                self.memory[address//LINE_WORDS*LINE_WORDS + word] = line >> 32*word & 0xffff_ffff
        return self.memory[address]

    def write(self, address: int, data: int, select: int) -> None:
        mask = sum(0xff << 8*byte for byte in range(4) if select >> byte & 1)
        self.memory[address] = self.expected(address) & ~mask | data & mask

    def accesses(self, count: int) -> Iterator:
        """Single accesses and bursts of a CPU's cache line, over four lines for each place of the cache, in any order."""
        source = random.Random(2)
        bus    = self.dut.bus
        for _ in range(count):
            address = ORIGIN + source.randrange(4*LINES*LINE_WORDS)
            kind    = source.choice(["read", "write", "burst"])
            if kind == "burst":
                first = address & ~7
                for word in range(first, first + 8):
                    cti     = wishbone.CTI_BURST_END if word == first + 7 else wishbone.CTI_BURST_INCREMENTING
                    want    = self.expected(word)
                    data, _ = yield from transfer(bus, word, cti=cti)
                    self.assertEqual(data, want, f"burst, word {word:#x}")
            elif kind == "read":
                want    = self.expected(address)
                data, _ = yield from transfer(bus, address)
                self.assertEqual(data, want, f"word {address:#x}")
            else:
                data, select = source.getrandbits(32), source.randrange(1, 16)
                self.write(address, data, select)
                yield from transfer(bus, address, data, select)
            for _ in range(source.choice([0, 0, 1, 3])):
                yield from release(bus)

    def test_reads_give_what_was_written(self):
        self.simulate(self.accesses(700))
        self.assertGreater(self.dram.writes, 100)
        self.assertLess(self.dram.writes, self.dram.reads)

    def test_ports_of_all_widths(self):
        """SDR's 32 bits, 64 of DDR3 on an ECP5, 128 on an Artix."""
        for bits in (32, 64, 128):
            with self.subTest(bits=bits):
                self.setUp()
                self.simulate_on_port(self.accesses(200), bits)
                self.assertGreater(self.dram.writes, 30)

    def test_cycles(self):
        """What ternel_soc.py counts on: three cycles for a word, two of the line asked for last, one in a burst."""
        def master():
            bus = self.dut.bus
            yield from transfer(bus, ORIGIN)
            yield from transfer(bus, ORIGIN + LINE_WORDS)
            took = []
            for address in (0, 1, LINE_WORDS):
                _, cycles = yield from transfer(bus, ORIGIN + address)
                took.append(cycles)
            for address in range(8):
                cti       = wishbone.CTI_BURST_END if address == 7 else wishbone.CTI_BURST_INCREMENTING
                _, cycles = yield from transfer(bus, ORIGIN + address, cti=cti)
                took.append(cycles)
            self.assertEqual(took, [3, 2, 3] + [3, 1, 1, 1] + [3, 1, 1, 1])

        self.simulate(master())
        self.assertEqual((self.dram.reads, self.dram.writes), (2, 0))

    def test_a_burst_that_ends_early(self):
        """A request that is withdrawn in the middle of a burst leaves nothing behind."""
        def master():
            bus = self.dut.bus
            for address in (0, 5*LINE_WORDS, 2):
                want = self.expected(ORIGIN + address)
                data, _ = yield from transfer(bus, ORIGIN + address, cti=wishbone.CTI_BURST_INCREMENTING)
                self.assertEqual(data, want)
                yield from release(bus)
                self.assertFalse((yield bus.ack))

        self.simulate(master())

# Run ----------------------------------------------------------------------------------------------

if __name__ == "__main__":
    unittest.main()

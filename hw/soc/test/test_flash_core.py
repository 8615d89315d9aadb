"""The flash's controller before a PHY that notes what it is asked for: one line at first, four once the register says so."""

import unittest

from migen import Module, Signal, passive, run_simulation

from litex.soc.interconnect import stream

from litespi.common import spi_core2phy_layout, spi_phy2core_layout

from hw.soc.flash_core import FlashCore, quad_read_flash

# Helpers ------------------------------------------------------------------------------------------

class NotingPhy(Module):
    """What FlashCore needs of LiteSPI's PHY."""
    def __init__(self):
        self.flash  = quad_read_flash("test", 2**24)
        self.cs     = Signal()
        self.sink   = stream.Endpoint(spi_core2phy_layout)
        self.source = stream.Endpoint(spi_phy2core_layout)


@passive
def answer(phy: NotingPhy, requests: list[tuple[int, int, int]]):
    """Notes each transfer as (bits, lines, data) and answers with a word that counts them."""
    while True:
        if (yield phy.cs) and (yield phy.sink.valid):
            requests.append(((yield phy.sink.len), (yield phy.sink.width), (yield phy.sink.data)))
            for _ in range(5):
                yield
            yield phy.sink.ready.eq(1)
            yield
            yield phy.sink.ready.eq(0)
            yield phy.source.data.eq(len(requests))
            yield phy.source.valid.eq(1)
            yield
            while not (yield phy.source.ready):
                yield
            yield phy.source.valid.eq(0)
        yield


def read(bus, address: int):
    """One Wishbone read."""
    yield bus.cyc.eq(1)
    yield bus.stb.eq(1)
    yield bus.adr.eq(address)
    yield
    while not (yield bus.ack):
        yield
    yield bus.cyc.eq(0)
    yield bus.stb.eq(0)
    yield

# Tests --------------------------------------------------------------------------------------------

class TestFlashCore(unittest.TestCase):
    def setUp(self):
        self.phy      = NotingPhy()
        self.dut      = FlashCore(self.phy, "little")
        self.requests : list[tuple[int, int, int]] = []

    def run_with(self, reader):
        run_simulation(self.dut, [reader, answer(self.phy, self.requests)])

    def test_starts_on_one_line(self):
        def reader():
            yield from read(self.dut.bus, 0x1000)
            yield from read(self.dut.bus, 0x1001)
        self.run_with(reader())
        command, address, dummy, *words = self.requests
        self.assertEqual(command, (8, 1, 0x0b))
        self.assertEqual(address, (24, 1, 0x4000))
        self.assertEqual(dummy[:2], (8, 1))
        self.assertEqual([word[:2] for word in words], [(32, 1), (32, 1)])

    def test_a_sequence_ends_as_it_began(self):
        def reader():
            yield from read(self.dut.bus, 0x1000)
            yield self.dut.quad.storage.eq(1)
            yield from read(self.dut.bus, 0x1001)  # goes on: the flash is in the middle of a read over one line
            yield from read(self.dut.bus, 0x2000)
            yield from read(self.dut.bus, 0x2001)
        self.run_with(reader())
        kinds = [(bits, lines) for bits, lines, _ in self.requests]
        single = [(8, 1), (24, 1), (8, 1), (32, 1), (32, 1)]
        quad   = [(8, 1), (24, 1), (8, 1), (32, 4), (32, 4)]
        self.assertEqual(kinds, single + quad)
        self.assertEqual([self.requests[0][2], self.requests[5][2]], [0x0b, 0x6b])


if __name__ == "__main__":
    unittest.main()

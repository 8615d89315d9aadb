"""The read-ahead before a flash that answers late, with a reader that goes on, jumps and pauses."""

import random
import unittest

from migen import passive, run_simulation

from hw.soc.flash_read_ahead import FlashReadAhead

# Helpers ------------------------------------------------------------------------------------------

@passive
def slow_flash(bus, contents: dict[str, int], latency: int, reads: list[int]):
    """Answers every read after ``latency`` cycles with its address plus what ``contents`` says."""
    while True:
        if (yield bus.cyc) and (yield bus.stb):
            address = yield bus.adr
            reads.append(address)
            for _ in range(latency):
                yield
            assert (yield bus.cyc) and (yield bus.adr) == address, "a transfer was abandoned"
            yield bus.dat_r.eq(address + contents["offset"])
            yield bus.ack.eq(1)
            yield
            yield bus.ack.eq(0)
        yield


def read(bus, address: int):
    """One classic Wishbone read."""
    yield bus.cyc.eq(1)
    yield bus.stb.eq(1)
    yield bus.adr.eq(address)
    yield
    assert not (yield bus.ack), "answered in the first cycle: the interconnect would pass on another slave's data"
    while not (yield bus.ack):
        yield
    data = yield bus.dat_r
    yield bus.cyc.eq(0)
    yield bus.stb.eq(0)
    yield
    return data

# Tests --------------------------------------------------------------------------------------------

class TestFlashReadAhead(unittest.TestCase):
    def walk(self, seed: int):
        """Reads words in sequence, jumping at times and pausing at times."""
        source   = random.Random(seed)
        dut      = FlashReadAhead()
        contents = {"offset": 1000}
        done     : list[int] = []

        def reader():
            address = 0
            for _ in range(80):
                if source.random() < 0.3:
                    address = source.randrange(64)
                data = yield from read(dut.bus, address)
                self.assertEqual(data, address + contents["offset"])
                done.append(data)
                address += 1
                for _ in range(source.choice([0, 0, 1, 7, 40])):
                    yield

        run_simulation(dut, [reader(), slow_flash(dut.flash, contents, source.randrange(1, 12), [])])
        self.assertEqual(len(done), 80)

    def test_any_walk_reads_what_the_flash_holds(self):
        for seed in range(10):
            self.walk(seed)

    def test_the_flash_works_while_the_cpu_does_something_else(self):
        dut                = FlashReadAhead(depth=8)
        reads  : list[int] = []
        cycles : list[int] = []

        def reader():
            yield from read(dut.bus, 100)
            for _ in range(120):
                yield
            self.assertEqual(reads, list(range(100, 109))) # As many as there is room for, no more.
            for address in range(101, 109):
                yield from read(dut.bus, address)
                cycles.append(1)

        run_simulation(dut, [reader(), slow_flash(dut.flash, {"offset": 0}, 8, reads)])
        self.assertEqual(len(cycles), 8)

    def test_what_was_read_ahead_is_forgotten_when_the_flash_is_used_otherwise(self):
        dut      = FlashReadAhead()
        contents = {"offset": 0}

        def reader():
            yield from read(dut.bus, 5)
            for _ in range(60):
                yield
            yield dut.flush.eq(1)
            yield
            contents["offset"] = 7
            for _ in range(30):
                yield
            yield dut.flush.eq(0)
            yield
            self.assertEqual((yield from read(dut.bus, 6)), 13)

        run_simulation(dut, [reader(), slow_flash(dut.flash, contents, 4, [])])


if __name__ == "__main__":
    unittest.main()

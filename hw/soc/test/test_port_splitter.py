"""The port splitter against a wide port that answers late and stalls at random."""

import random
import unittest

from collections import deque

from migen import passive, run_simulation

from litedram.common import LiteDRAMNativePort

from hw.soc.port_splitter import NativePortSplitter

# Helpers ------------------------------------------------------------------------------------------

def memory_word(address: int) -> int:
    """What the simulated memory holds: every half of every wide word is different."""
    return (2*address + 1) << 64 | (2*address)


@passive
def wide_memory(port: LiteDRAMNativePort, latency: int, spacing: int, stall: float, seed: int, issued: list[int]):
    """Answers commands in order after ``latency`` cycles, ``spacing`` cycles apart at least; refuses some at random."""
    source  = random.Random(seed)
    pending : deque[tuple[int, int]] = deque()
    cycle, next_free = 0, 0
    while True:
        if (yield port.cmd.valid) and (yield port.cmd.ready):
            address = yield port.cmd.addr
            issued.append(address)
            pending.append((max(cycle + latency, next_free), address))
            next_free = pending[-1][0] + spacing
        ready = bool(pending) and pending[0][0] <= cycle
        yield port.rdata.valid.eq(ready)
        if ready:
            yield port.rdata.data.eq(memory_word(pending.popleft()[1]))
        # A controller takes no more commands than it can answer at its rate.
        yield port.cmd.ready.eq(len(pending) < latency//spacing + 2 and source.random() >= stall)
        cycle += 1
        yield


def reader(port: LiteDRAMNativePort, addresses: list[int], pause: float, seed: int, data: list[int], cycles: list[int]):
    """Issues the commands, at times pausing, and collects the data."""
    source = random.Random(seed)
    todo   = deque(addresses)
    cycle  = 0
    while len(data) < len(addresses):
        if (yield port.cmd.valid) and (yield port.cmd.ready):
            todo.popleft()
        if (yield port.rdata.valid):
            data.append((yield port.rdata.data))
        # A command that is out stays until it is taken.
        held = (yield port.cmd.valid) and not (yield port.cmd.ready)
        if todo and (held or source.random() >= pause):
            yield port.cmd.valid.eq(1)
            yield port.cmd.addr.eq(todo[0])
        else:
            yield port.cmd.valid.eq(0)
        cycle += 1
        if cycle > 100*len(addresses) + 1000:
            raise AssertionError(f"{len(data)} of {len(addresses)} words after {cycle} cycles")
        yield
    cycles.append(cycle)


def run(addresses: list[int], latency: int = 12, spacing: int = 2, stall: float = 0, pause: float = 0, seed: int = 0):
    """Returns the data in the order received, the wide commands, and the cycles taken."""
    wide   = LiteDRAMNativePort("read", address_width=20, data_width=128)
    dut    = NativePortSplitter(wide)
    data   : list[int] = []
    issued : list[int] = []
    cycles : list[int] = []
    dut.comb += dut.port.rdata.ready.eq(1)
    run_simulation(dut, [
        wide_memory(wide, latency, spacing, stall, seed, issued),
        reader(dut.port, addresses, pause, seed + 1, data, cycles),
    ])
    return data, issued, cycles[0]

# Tests --------------------------------------------------------------------------------------------

class TestNativePortSplitter(unittest.TestCase):
    def test_sequential_reads_use_every_cycle_and_every_wide_word_once(self):
        count = 400
        data, issued, cycles = run(list(range(count)))
        self.assertEqual(data, list(range(count)))
        self.assertEqual(issued, list(range(count//2)))
        # One word a cycle, after the latency of the first.
        self.assertLess(cycles, count + 12 + 20)

    def test_a_range_may_begin_and_end_with_an_odd_half(self):
        for begin, end in [(1, 8), (3, 4), (0, 1), (5, 12)]:
            data, issued, _ = run(list(range(begin, end)))
            self.assertEqual(data, list(range(begin, end)))
            self.assertEqual(issued, list(range(begin//2, (end + 1)//2)))

    def test_any_order_reads_the_right_data_whatever_stalls(self):
        for seed in range(12):
            source    = random.Random(seed)
            addresses = [source.randrange(16) for _ in range(120)]
            data, _, _ = run(addresses, latency=source.randrange(2, 30), spacing=source.choice([1, 2, 3]),
                stall=source.choice([0, 0.5]), pause=source.choice([0, 0.5]), seed=seed)
            self.assertEqual(data, addresses)


if __name__ == "__main__":
    unittest.main()

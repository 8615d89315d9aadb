"""Wide ports before a controller that takes commands when it likes and whose data comes late, for all ports on one bus."""

import random
import unittest

from collections import deque

from migen import passive, run_simulation

from litedram.common import LiteDRAMNativePort

from hw.soc.wide_port import WidePort

# Helpers ------------------------------------------------------------------------------------------

class Crossbar:
    """Hands out one port of 32 bits."""
    def __init__(self):
        self.port = LiteDRAMNativePort("both", address_width=10, data_width=32)

    def get_port(self, mode: str) -> LiteDRAMNativePort:
        return self.port


@passive
def controller(port: LiteDRAMNativePort, memory: list[int], source: random.Random):
    """Takes commands at random, gives and takes data four cycles later, as LiteDRAM without holding back."""
    pending : deque[tuple[bool, int] | None] = deque([None]*4)
    while True:
        ready = source.random() < 0.6
        yield port.cmd.ready.eq(int(ready))
        due = pending.popleft()
        yield port.rdata.valid.eq(int(due is not None and not due[0]))
        yield port.rdata.data.eq(memory[due[1]] if due is not None else 0xdeadbeef)
        yield port.wdata.ready.eq(int(due is not None and due[0]))
        yield
        if due is not None and due[0]:
            assert (yield port.wdata.valid), "data came later than its command"
            old, new, enable = memory[due[1]], (yield port.wdata.data), (yield port.wdata.we)
            mask = sum(0xff << 8*i for i in range(4) if enable >> i & 1)
            memory[due[1]] = old & ~mask | new & mask
        taken = ready and (yield port.cmd.valid)
        pending.append((bool((yield port.cmd.we)), (yield port.cmd.addr)) if taken else None)

# Tests --------------------------------------------------------------------------------------------

class TestWidePort(unittest.TestCase):
    def test_words_of_two_halves(self):
        for seed in range(5):
            source   = random.Random(seed)
            crossbar = Crossbar()
            dut      = WidePort(crossbar, "both", 64)
            memory   = [source.getrandbits(32) for _ in range(1024)]
            expected = [memory[2*i] | memory[2*i + 1] << 32 for i in range(512)]
            wanted, got = [], []

            @passive
            def listener(dut=dut, got=got):
                while True:
                    if (yield dut.port.rdata.valid):
                        got.append((yield dut.port.rdata.data))
                    yield

            def user(dut=dut, source=source, expected=expected, wanted=wanted):
                port = dut.port
                for _ in range(60):
                    address = source.randrange(512)
                    write   = source.random() < 0.4
                    if write:
                        data, enable = source.getrandbits(64), source.getrandbits(8)
                        mask         = sum(0xff << 8*i for i in range(8) if enable >> i & 1)
                        yield port.wdata.valid.eq(1)
                        yield port.wdata.data.eq(data)
                        yield port.wdata.we.eq(enable)
                    yield port.cmd.valid.eq(1)
                    yield port.cmd.we.eq(int(write))
                    yield port.cmd.addr.eq(address)
                    yield
                    while not (yield port.cmd.ready):
                        yield
                    yield port.cmd.valid.eq(0)
                    if write:
                        while not (yield port.wdata.ready):
                            yield
                        yield port.wdata.valid.eq(0)
                        expected[address] = expected[address] & ~mask | data & mask
                    else:
                        wanted.append(expected[address])
                    yield
                for _ in range(20):
                    yield

            run_simulation(dut, [user(), listener(), controller(crossbar.port, memory, source)])
            self.assertEqual(got, wanted)
            self.assertEqual([memory[2*i] | memory[2*i + 1] << 32 for i in range(512)], expected)


if __name__ == "__main__":
    unittest.main()

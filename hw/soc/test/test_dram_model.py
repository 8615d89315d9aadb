"""The DRAM model under LiteDRAM's own controller, with LiteDRAM's timing checker looking on."""

import io
import random
import unittest
import contextlib

from migen import run_simulation

from litex.gen import LiteXModule

from litedram.core    import LiteDRAMCore
from litedram.modules import MT41K128M16

from hw.soc.dram_model    import DramModel
from hw.soc.configuration import AddressRange, Configuration

# Helpers ------------------------------------------------------------------------------------------

class SmallPart(MT41K128M16):
    """Few rows, so that Python can hold it."""
    nrows = 16


def configuration(clock_hz: int, ratio: int) -> Configuration:
    """Only clock and DRAM matter here."""
    nowhere = AddressRange(0, 0)
    return Configuration(
        name           = "test",
        clock_hz       = clock_hz,
        build_id       = 0,
        dram_module    = "SmallPart",
        dram_data_bits = 16,
        dram_ratio     = ratio,
        flash_module   = "",
        port_bytes     = 4*ratio,
        flash          = nowhere,
        sram           = nowhere,
        main_ram       = nowhere,
        accelerator    = nowhere,
        csr            = nowhere,
    )


class Bench(LiteXModule):
    """Controller, model and one port of each direction."""
    def __init__(self, config: Configuration):
        module     = SmallPart(config.clock_hz, f"1:{config.dram_ratio}")
        self.phy   = DramModel(config, module, with_timing_checker=True)
        self.sdram = LiteDRAMCore(
            phy             = self.phy,
            geom_settings   = module.geom_settings,
            timing_settings = module.timing_settings,
            clk_freq        = config.clock_hz,
        )
        self.port = self.sdram.crossbar.get_port()


def write(port, address: int, data: int):
    yield port.cmd.valid.eq(1)
    yield port.cmd.we.eq(1)
    yield port.cmd.addr.eq(address)
    yield
    while not (yield port.cmd.ready):
        yield
    yield port.cmd.valid.eq(0)
    yield port.wdata.valid.eq(1)
    yield port.wdata.data.eq(data)
    yield port.wdata.we.eq(2**len(port.wdata.we) - 1)
    yield
    while not (yield port.wdata.ready):
        yield
    yield port.wdata.valid.eq(0)
    yield


def read(port, address: int, result: list[int]):
    yield port.rdata.ready.eq(1)
    yield port.cmd.valid.eq(1)
    yield port.cmd.we.eq(0)
    yield port.cmd.addr.eq(address)
    yield
    while not (yield port.cmd.ready):
        yield
    yield port.cmd.valid.eq(0)
    while not (yield port.rdata.valid):
        yield
    result.append((yield port.rdata.data))
    yield

# Tests --------------------------------------------------------------------------------------------

class TestDramModel(unittest.TestCase):
    def exercise(self, config: Configuration):
        """Writes and reads words of every bank and of several rows, in random order and across refreshes."""
        source    = random.Random(1)
        addresses = [source.randrange(2**14) for _ in range(60)] + [0, 1, 127, 128, 1023, 1024, 2**14 - 1]
        values    = {address: source.getrandbits(128) for address in addresses}
        results   : list[int] = []
        bench     = Bench(config)

        def traffic():
            yield bench.sdram.dfii._control.storage.eq(1) # The controller drives the DRAM, not the software.
            yield
            for address, value in values.items():
                yield from write(bench.port, address, value)
            for address in values:
                yield from read(bench.port, address, results)

        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            run_simulation(bench, traffic())
        self.assertEqual(results, list(values.values()))
        self.assertNotIn("violation", printed.getvalue())
        self.assertNotIn("closed bank", printed.getvalue())

    def test_four_phases_as_on_xilinx(self):
        self.exercise(configuration(100_000_000, 4))

    def test_two_phases_as_on_ecp5(self):
        self.exercise(configuration(75_000_000, 2))


if __name__ == "__main__":
    unittest.main()

"""The lights by the register and by the accelerator's activity, at a clock slow enough to see their times."""

import unittest

from migen import run_simulation

from hw.soc.status_leds import StatusLeds

# A tick of the boot light is 1/16 s, the hold of the busy light 1/32 s.
_clock_hz    = 1024
_tick_cycles = _clock_hz//16
_hold_cycles = _clock_hz//32

# Helpers ------------------------------------------------------------------------------------------

def changes(signal, cycles: int, seen: list[int]):
    """Counts in ``seen`` how often a signal changes."""
    before = yield signal
    count  = 0
    for _ in range(cycles):
        yield
        now    = yield signal
        count += now != before
        before = now
    seen.append(count)

# Tests --------------------------------------------------------------------------------------------

class TestStatusLeds(unittest.TestCase):
    def test_boot_light_blinks_by_the_stage(self):
        dut  = StatusLeds(_clock_hz)
        seen : list[int] = []

        def firmware():
            self.assertEqual((yield dut.boot), 1, "dark before any firmware runs")
            for stage in range(4):
                yield dut.status.fields.stage.eq(stage)
                yield from changes(dut.boot, 32*_tick_cycles, seen)
            self.assertEqual((yield dut.boot), 0, "still shines with the console there")

        run_simulation(dut, firmware())
        steady, fast, slow, off = seen
        self.assertEqual(steady, 0)
        self.assertAlmostEqual(fast, 4*slow, delta=4)
        self.assertGreater(slow, 4)
        self.assertLessEqual(off, 1)

    def test_busy_light_outlasts_the_activity(self):
        dut = StatusLeds(_clock_hz)

        def accelerator():
            self.assertEqual((yield dut.busy), 0)
            yield dut.activity.eq(1)
            yield
            yield dut.activity.eq(0)
            shone = 0
            for _ in range(4*_hold_cycles):
                yield
                shone += yield dut.busy
            self.assertAlmostEqual(shone, _hold_cycles, delta=3)
            self.assertEqual((yield dut.busy), 0)

        run_simulation(dut, accelerator())

    def test_error_light_is_the_registers_bit(self):
        dut = StatusLeds(_clock_hz)

        def firmware():
            for error in [0, 1, 0]:
                yield dut.status.fields.error.eq(error)
                yield
                yield
                self.assertEqual((yield dut.error), error)

        run_simulation(dut, firmware())


if __name__ == "__main__":
    unittest.main()

"""Ternel on the OrangeCrab r0.2.1 with LFE5U-85F and 128 MiB of DDR3."""

from litex_boards.platforms              import gsd_orangecrab
from litex_boards.targets.gsd_orangecrab import _CRGSDRAM

from litedram.phy import ECP5DDRPHY

from hw.soc.configuration import Configuration
from hw.soc.ternel_soc    import TernelSoC

# Board SoC ----------------------------------------------------------------------------------------

class BoardSoC(TernelSoC):
    """The shared SoC on the pins of this board; without DRAM and accelerator (``with_dram=False``) it is the self-test.

    The serial line is on the Feather header (TX on pin 1, RX on pin 0): LiteX's own target speaks USB through a core that is not on
    PyPI."""
    def __init__(self, configuration: Configuration, with_dram: bool = True):
        platform = gsd_orangecrab.Platform(revision="0.2", device="85F")
        platform.add_extension(gsd_orangecrab.feather_serial)
        TernelSoC.__init__(self, platform, configuration, crg=_CRGSDRAM(platform, configuration.clock_hz))

        # Flash ------------------------------------------------------------------------------------
        self.add_flash()

        # DRAM and accelerator ---------------------------------------------------------------------
        if with_dram:
            pads        = platform.request("ddram")
            self.ddrphy = ECP5DDRPHY(
                pads         = pads,
                sys_clk_freq = configuration.clock_hz,
                dm_remapping = {0: 1, 1: 0},
                cmd_delay    = 0 if configuration.clock_hz > 64e6 else 100,
            )
            # The board has no termination at the DRAM: LiteX's target switches the part's own off as well.
            self.ddrphy.settings.rtt_nom = "disabled"
            self.comb += [
                pads.vccio.eq(0b111111),
                pads.gnd.eq(0),
                self.crg.stop.eq(self.ddrphy.init.stop),
                self.crg.reset.eq(self.ddrphy.init.reset),
            ]
            self.add_dram(self.ddrphy)
            self.add_accelerator()

        # LEDs -------------------------------------------------------------------------------------
        self.add_leds()

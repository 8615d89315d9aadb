"""Ternel on the ULX3S (LFE5U-85F, 32 MiB of SDR SDRAM)."""

from litex_boards.platforms             import radiona_ulx3s
from litex_boards.targets.radiona_ulx3s import _CRG

from litedram.phy import HalfRateGENSDRPHY

from hw.soc.configuration import Configuration
from hw.soc.ternel_soc    import TernelSoC

# Board SoC ----------------------------------------------------------------------------------------

class BoardSoC(TernelSoC):
    """The shared SoC on the pins of this board; without DRAM and accelerator (``with_dram=False``) it is the self-test."""
    def __init__(self, configuration: Configuration, with_dram: bool = True):
        platform = radiona_ulx3s.Platform(device="LFE5U-85F", revision="2.0")
        TernelSoC.__init__(self, platform, configuration, crg=_CRG(platform, configuration.clock_hz, sdram_rate="1:2"))

        # Flash ------------------------------------------------------------------------------------
        self.add_flash()

        # DRAM and accelerator ---------------------------------------------------------------------
        if with_dram:
            self.sdrphy = HalfRateGENSDRPHY(platform.request("sdram"), configuration.clock_hz)
            self.add_dram(self.sdrphy)
            self.add_accelerator()

        # LEDs -------------------------------------------------------------------------------------
        self.add_leds()

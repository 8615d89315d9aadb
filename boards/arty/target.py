"""Ternel on the Digilent Arty A7 (XC7A35T or XC7A100T, 256 MiB of DDR3)."""

from litex_boards.platforms              import digilent_arty
from litex_boards.targets.digilent_arty import _CRG

from litedram.phy import A7DDRPHY

from hw.soc.configuration import Configuration
from hw.soc.ternel_soc    import TernelSoC

# Devices ------------------------------------------------------------------------------------------

# LiteX's names of the board's variants, by the device on them.
_variants = {"xc7a35t": "a7-35", "xc7a100t": "a7-100"}

# Board SoC ----------------------------------------------------------------------------------------

class BoardSoC(TernelSoC):
    """The shared SoC on the pins of this board; without DRAM and accelerator (``with_dram=False``) it is the self-test."""
    def __init__(self, configuration: Configuration, with_dram: bool = True, device: str = "xc7a35t"):
        platform = digilent_arty.Platform(variant=_variants[device])
        TernelSoC.__init__(self, platform, configuration, crg=_CRG(platform, configuration.clock_hz, with_dram=with_dram))

        # Flash ------------------------------------------------------------------------------------
        # Its clock is on an ordinary pin, too: STARTUPE2 is not needed.
        self.add_flash()

        # DRAM and accelerator ---------------------------------------------------------------------
        if with_dram:
            self.ddrphy = A7DDRPHY(platform.request("ddram"), memtype="DDR3", nphases=4, sys_clk_freq=configuration.clock_hz)
            self.add_dram(self.ddrphy)
            self.add_accelerator()

        # LEDs -------------------------------------------------------------------------------------
        self.add_leds()

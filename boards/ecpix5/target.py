"""Ternel on the LambdaConcept ECPIX-5 (LFE5UM5G-85F, 512 MiB of DDR3)."""

from litex_boards.platforms                    import lambdaconcept_ecpix5
from litex_boards.targets.lambdaconcept_ecpix5 import _CRG

from litedram.phy import ECP5DDRPHY

from hw.soc.configuration import Configuration
from hw.soc.ternel_soc    import TernelSoC

# Board SoC ----------------------------------------------------------------------------------------

class BoardSoC(TernelSoC):
    """The shared SoC on the pins of this board; without DRAM and accelerator (``with_dram=False``) it is the self-test."""
    def __init__(self, configuration: Configuration, with_dram: bool = True):
        platform = lambdaconcept_ecpix5.Platform(device="85F")
        TernelSoC.__init__(self, platform, configuration, crg=_CRG(platform, configuration.clock_hz))

        # Flash ------------------------------------------------------------------------------------
        self.add_flash()

        # DRAM and accelerator ---------------------------------------------------------------------
        if with_dram:
            self.ddrphy = ECP5DDRPHY(platform.request("ddram"), sys_clk_freq=configuration.clock_hz)
            self.comb += [
                self.crg.stop.eq(self.ddrphy.init.stop),
                self.crg.reset.eq(self.ddrphy.init.reset),
            ]
            self.add_dram(self.ddrphy)
            self.add_accelerator()

        # LEDs -------------------------------------------------------------------------------------
        self.add_leds()

"""The simulated SoC: the shared SoC on pins that the Verilator harness (sim/) drives."""

from migen import ClockDomain, If, Signal

from litex.gen import LiteXModule

from litex.build.generic_platform import GenericPlatform, Pins, Subsignal

from litex.soc.interconnect.csr import CSRStatus, CSRStorage

from hw.soc.dram_model        import DramModel, Ecp5TrainingRegisters
from hw.soc.ternel_soc        import TernelSoC
from hw.soc.status_leds       import StatusLeds
from hw.soc.configuration     import Configuration
from hw.soc.memory_controller import dram_module

# IOs ----------------------------------------------------------------------------------------------

_io = [
    ("sys_clk", 0, Pins(1)),

    # Bytes instead of a serial line: the harness takes and gives one whenever valid and ready are high.
    ("serial", 0,
        Subsignal("source_valid", Pins(1)),
        Subsignal("source_ready", Pins(1)),
        Subsignal("source_data",  Pins(8)),
        Subsignal("sink_valid",   Pins(1)),
        Subsignal("sink_ready",   Pins(1)),
        Subsignal("sink_data",    Pins(8)),
    ),

    # SPI flash, bit by bit.
    ("spiflash4x", 0,
        Subsignal("cs_n", Pins(1)),
        Subsignal("clk",  Pins(1)),
        Subsignal("dq",   Pins(4)),
    ),

    # What only a simulation has.
    ("sim", 0,
        Subsignal("exit_valid", Pins(1)),
        Subsignal("exit_code",  Pins(8)),
        Subsignal("boot_mode",  Pins(2)),
        Subsignal("build_id",   Pins(32)),
    ),
]

# Platform -----------------------------------------------------------------------------------------

class SimulationPlatform(GenericPlatform):
    """Pins and nothing else: the harness has its own build, so LiteX's for simulators is not needed."""
    def __init__(self):
        GenericPlatform.__init__(self, "simulation", _io, name="ternel_soc")

# CRG ----------------------------------------------------------------------------------------------

class SimulationCRG(LiteXModule):
    """System clock from a pin; reset for the first cycle and whenever ``rst`` is high."""
    def __init__(self, clk: Signal):
        self.cd_sys = ClockDomain()
        self.cd_por = ClockDomain(reset_less=True)
        self.rst    = Signal()

        # # #

        reset = Signal(reset=1)
        self.sync.por += reset.eq(self.rst)
        self.comb += [
            self.cd_sys.clk.eq(clk),
            self.cd_por.clk.eq(clk),
            self.cd_sys.rst.eq(reset),
        ]

# Simulation Control -------------------------------------------------------------------------------

class SimulationControl(LiteXModule):
    """Registers between the firmware and the harness."""
    def __init__(self, pads):
        self.exit      = CSRStorage(8, description="Ends the simulation; the harness exits with this code.")
        self.boot_mode = CSRStatus(2,  description=(
            "0: boot as on a board; 1: the harness has put stage 1 and the model into DRAM; 2: and has checked the model's hash; "
            "3: boot from the flash, but the DRAM needs no training."
        ))

        # # #

        self.sync += [
            If(self.exit.re,
                pads.exit_valid.eq(1),
            ),
        ]
        self.comb += [
            pads.exit_code.eq(self.exit.storage),
            self.boot_mode.status.eq(pads.boot_mode),
        ]

# Simulated SoC ------------------------------------------------------------------------------------

class SimulatedSoC(TernelSoC):
    """The whole SoC with a DRAM model behind LiteDRAM's DFI interface; ``with_timing_checker`` as in DramModel."""
    def __init__(self, configuration: Configuration, with_timing_checker: bool = False):
        platform = SimulationPlatform()
        TernelSoC.__init__(self, platform, configuration,
            crg       = SimulationCRG(platform.request("sys_clk")),
            uart_name = "sim",
        )

        # Flash ------------------------------------------------------------------------------------
        self.add_flash()

        # DRAM -------------------------------------------------------------------------------------
        self.sdrphy = DramModel(configuration, dram_module(configuration), with_timing_checker)
        self.add_dram(self.sdrphy)
        if configuration.fpga_family == "ecp5" and configuration.dram_type == "DDR3":
            self.ddrphy = Ecp5TrainingRegisters(configuration.dram_data_bits)
        # The DRAM model needs none of the 0.6 ms of waiting in liblitedram's initialisation; boards do.
        self.add_config("BIOS_NO_DELAYS")

        # Accelerator ------------------------------------------------------------------------------
        self.add_accelerator()

        # LEDs, which nobody sees ------------------------------------------------------------------
        self.leds = StatusLeds(self.sys_clk_freq)
        self.comb += self.leds.activity.eq(self.accelerator.activity)

        # Simulation control -----------------------------------------------------------------------
        pads     = platform.request("sim")
        self.sim = SimulationControl(pads)
        self.comb += pads.build_id.eq(configuration.build_id)

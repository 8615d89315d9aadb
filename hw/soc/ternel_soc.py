"""The SoC that every board and the simulation share."""

from litex.gen import LiteXModule

from litex.soc.integration.soc      import SoCRegion
from litex.soc.integration.soc_core import SoCCore

from litespi         import modules as litespi_modules
from litespi.opcodes import SpiNorFlashOpCodes

from hw.soc.accelerator       import Accelerator
from hw.soc.configuration     import Configuration
from hw.soc.flash_read_ahead  import FlashReadAhead
from hw.soc.memory_controller import controller_settings, dram_module
from hw.soc.status_leds       import StatusLeds

# Ternel SoC ---------------------------------------------------------------------------------------

class TernelSoC(SoCCore):
    """VexRiscv that starts from SPI flash, DDR3, and the accelerator.

    A board derives from this class, sets ``crg`` and a DRAM PHY, and calls the ``add_`` methods for what it carries.

    Parameters
    ----------
    platform : GenericPlatform
        LiteX platform of the board.
    configuration : Configuration
        Sizes and addresses.
    crg : LiteXModule
        Clocks and reset; has ``cd_sys`` and ``rst``.
    uart_name : str
        LiteX's name of the UART ("serial" on a board, "sim" in simulation).
    """
    # There is no ROM: "rom" in VexRiscv's own map would claim the address of the flash.
    def __init__(self, platform, configuration: Configuration, crg: LiteXModule, uart_name: str = "serial", **kwargs):
        self.configuration = configuration
        self.crg           = crg
        self.mem_map       = {
            "spiflash"    : configuration.flash.origin,
            "sram"        : configuration.sram.origin,
            "main_ram"    : configuration.main_ram.origin,
            "accelerator" : configuration.accelerator.origin,
            "csr"         : configuration.csr.origin,
        }

        # SoCCore ----------------------------------------------------------------------------------
        SoCCore.__init__(self, platform,
            clk_freq             = configuration.clock_hz,
            cpu_type             = "vexriscv",
            cpu_variant          = "standard",
            cpu_reset_address    = configuration.reset_address,
            integrated_rom_size  = 0,
            integrated_sram_size = configuration.sram.size,
            ident                = "",
            uart_name            = uart_name,
            uart_fifo_depth      = 64,
            timer_uptime         = True,
            with_watchdog        = True,
            watchdog_reset_delay = 16,
            **kwargs,
        )
        self.sram.mem.init = None # LiteX would write a file of zeros, looked up in whatever folder the simulator starts in.

    # DRAM -----------------------------------------------------------------------------------------
    def add_dram(self, phy: LiteXModule) -> None:
        """Adds LiteDRAM around ``phy`` with an 8 KiB L2 cache for the CPU."""
        self.add_sdram("sdram",
            phy                 = phy,
            module              = dram_module(self.configuration),
            size                = self.configuration.main_ram.size,
            l2_cache_size       = 8192,
            controller_settings = controller_settings(),
        )

    # Flash ----------------------------------------------------------------------------------------
    def add_flash(self) -> None:
        """Adds the SPI flash, read with four data lines and memory-mapped where the CPU starts.

        The fastest clock of the single-rate PHY (half the system clock), and reading ahead: reading the flash is most of the time a
        boot takes. The flash must have its quad enable bit set, since the first instruction is already fetched over four lines."""
        module_cls = getattr(litespi_modules, self.configuration.flash_module)
        self.add_spi_flash(
            mode        = "4x",
            clk_freq    = self.sys_clk_freq/2,
            module      = module_cls(SpiNorFlashOpCodes.READ_1_1_4),
            with_master = True,
        )
        self.flash_read_ahead = FlashReadAhead()
        self.comb += [
            self.flash_read_ahead.flash.connect(self.bus.slaves["spiflash"]),
            self.flash_read_ahead.flush.eq(self.spiflash_core.master.cs),
        ]
        self.bus.slaves["spiflash"] = self.flash_read_ahead.bus

    # Accelerator ----------------------------------------------------------------------------------
    def add_accelerator(self) -> None:
        """Adds the accelerator with its own DRAM ports; ``add_dram`` comes first."""
        configuration = self.configuration
        crossbar      = self.sdram.crossbar
        word_bytes    = crossbar.controller.data_width//8
        if word_bytes != configuration.dram_word_bytes:
            raise ValueError(f"accelerator for DRAM words of {configuration.dram_word_bytes} bytes on a controller of {word_bytes}")
        self.accelerator = Accelerator(
            readers = [crossbar.get_port(mode="read") for _ in range(configuration.dram_ports)],
            control = crossbar.get_port(mode="both"),
        )
        self.bus.add_slave("accelerator", self.accelerator.bus, SoCRegion(
            origin = configuration.accelerator.origin,
            size   = configuration.accelerator.size,
            cached = False,
        ))
        self.irq.add("accelerator", use_loc_if_exists=True)

    # LEDs -----------------------------------------------------------------------------------------
    def add_leds(self) -> None:
        """Adds what the lights show and connects it to those of the configuration; a simulated machine has none."""
        self.leds = StatusLeds(self.sys_clk_freq)
        if hasattr(self, "accelerator"):
            self.comb += self.leds.activity.eq(self.accelerator.activity)
        requested = {}
        for state, led in self.configuration.leds.items():
            place = (led.pads, led.index)
            if place not in requested:
                requested[place] = self.platform.request(*place)
            pads   = requested[place]
            pin    = getattr(pads, led.line) if led.line else pads
            shines = getattr(self.leds, state)
            self.comb += pin.eq(~shines if led.active_low else shines)

"""The SoC that every board and the simulation share."""

from litex.gen import LiteXModule

from litex.soc.integration.soc      import SoCRegion
from litex.soc.integration.soc_core import SoCCore

from litedram.frontend.wishbone import LiteDRAMWishbone2Native

from litespi.phy.generic import LiteSPIPHY

from hw.soc.flash_core        import FlashCore, quad_read_flash
from hw.soc.wide_port         import dram_port
from hw.soc.accelerator       import Accelerator
from hw.soc.status_leds       import StatusLeds
from hw.soc.level2_cache      import Level2Cache
from hw.soc.configuration     import Configuration
from hw.soc.flash_read_ahead  import FlashReadAhead
from hw.soc.memory_controller import controller_settings, dram_module

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
    # One firmware image for a board and its simulation: what both have lies at the same addresses. "sim" exists in simulation
    # only; on a board it reads as 0 (boot from flash) and takes writes without effect.
    csr_map = {name: location for location, name in enumerate([
        "ctrl", "timer0", "uart", "watchdog0", "spiflash_phy", "spiflash_core", "sdram", "ddrphy", "accelerator", "leds", "sim",
    ])}

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
        """Adds LiteDRAM around ``phy``, and for the CPU a cache of 8 KiB before it (LiteX's L2, but for the cache itself)."""
        self.add_sdram("sdram",
            phy                   = phy,
            module                = dram_module(self.configuration),
            controller_settings   = controller_settings(),
            with_soc_interconnect = False,
        )
        main_ram           = self.configuration.main_ram
        port               = self.sdram.crossbar.get_port()
        self.l2_cache      = Level2Cache(size=8192, line_bits=max(port.data_width, 128))
        self.main_ram_port = LiteDRAMWishbone2Native(self.l2_cache.dram, port, base_address=main_ram.origin)
        self.bus.add_slave("main_ram", self.l2_cache.bus, SoCRegion(origin=main_ram.origin, size=main_ram.size, mode="rwx"))
        self.add_config("L2_SIZE", self.l2_cache.size)

    # Flash ----------------------------------------------------------------------------------------
    def add_flash(self) -> None:
        """Adds the SPI flash, memory-mapped where the CPU starts: read over one line until stage 0 has seen to quad reads.

        The fastest clock of the single-rate PHY (half the system clock), and reading ahead: reading the flash is most of the time a
        boot takes."""
        flash             = self.configuration.flash
        module            = quad_read_flash(self.configuration.flash_module, flash.size)
        self.spiflash_phy = LiteSPIPHY(self.platform.request("spiflash4x"), module,
            device          = self.platform.device,
            default_divisor = 0,
            rate            = "1:1",
        )
        self.spiflash_core    = FlashCore(self.spiflash_phy, self.cpu.endianness)
        self.flash_read_ahead = FlashReadAhead()
        self.comb += [
            self.spiflash_core.mmap.offset.eq(flash.origin),
            self.flash_read_ahead.flash.connect(self.spiflash_core.bus),
            self.flash_read_ahead.flush.eq(self.spiflash_core.master.cs),
        ]
        self.bus.add_slave("spiflash", self.flash_read_ahead.bus, SoCRegion(origin=flash.origin, size=flash.size))

    # Accelerator ----------------------------------------------------------------------------------
    def add_accelerator(self) -> None:
        """Adds the accelerator with its own DRAM ports; ``add_dram`` comes first."""
        configuration = self.configuration
        crossbar         = self.sdram.crossbar
        words            = configuration.dram_word_bytes
        self.accelerator = Accelerator(
            readers = [dram_port(self, crossbar, "read", words) for _ in range(configuration.dram_ports)],
            control = dram_port(self, crossbar, "both", words),
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

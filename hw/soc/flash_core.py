"""The SPI flash's controller: memory-mapped reads over one or four lines, and single transfers by registers."""

from migen import If, Signal

from litex.gen import LiteXModule

from litex.soc.interconnect.csr import CSRStorage

from litespi.crossbar             import LiteSPICrossbar
from litespi.core.mmap            import LiteSPIMMAP
from litespi.core.master          import LiteSPIMaster
from litespi.opcodes              import SpiNorFlashOpCodes
from litespi.spi_nor_flash_module import SpiNorFlashModule

# Flash Part ---------------------------------------------------------------------------------------

def quad_read_flash(module: str, size: int) -> SpiNorFlashModule:
    """What all our flash parts have in common: addresses of 24 bits, and fast reads over one (0Bh) and over four lines (6Bh), both
    with eight clocks between address and data. LiteSPI's own descriptions of some parts lack the quad read that they have."""
    module_cls = type(module, (SpiNorFlashModule,), {
        "manufacturer_id"   : 0,
        "device_id"         : 0,
        "name"              : module,
        "total_size"        : size,
        "page_size"         : 256,
        "total_pages"       : size//256,
        "supported_opcodes" : [SpiNorFlashOpCodes.READ_1_1_1_FAST, SpiNorFlashOpCodes.READ_1_1_4, SpiNorFlashOpCodes.PP_1_1_1],
        "dummy_bits"        : 8,
    })
    return module_cls(SpiNorFlashOpCodes.READ_1_1_4)

# Flash Core ---------------------------------------------------------------------------------------

class FlashCore(LiteXModule):
    """LiteSPI's memory map and register-driven master on one PHY, like ``litespi.LiteSPI``, with a register that chooses the lines.

    A part that comes from the factory answers quad reads only once its quad enable bit is set, and whether it is, only a program
    can find out, which has to be read from that very flash. So reads start on one line. The memory map's requests are changed on
    their way to the PHY: another command, and data over one line.

    Parameters
    ----------
    phy : LiteXModule
        LiteSPI's PHY, made for a quad read.
    endianness : str
        The CPU's.

    Attributes
    ----------
    bus : wishbone.Interface
        The flash's contents.
    mmap, master : LiteXModule
        LiteSPI's.
    """
    def __init__(self, phy: LiteXModule, endianness: str):
        self.crossbar = crossbar = LiteSPICrossbar("sys")
        self.mmap     = mmap     = LiteSPIMMAP(flash=phy.flash, endianness=endianness, with_csr=False)
        self.master   = master   = LiteSPIMaster(tx_fifo_depth=1, rx_fifo_depth=1)
        self.bus      = mmap.bus
        self.quad     = CSRStorage(1, description="Read the memory-mapped flash over 0: one line, 1: four lines.")

        # # #

        # A read that has begun ends as it began.
        quad = Signal()
        self.sync += If(mmap.fsm.ongoing("IDLE") & ~mmap.cs, quad.eq(self.quad.storage))

        mmap_port   = crossbar.get_port(mmap.cs)
        master_port = crossbar.get_port(master.cs)
        self.comb += [
            phy.cs.eq(crossbar.cs),
            crossbar.master.source.connect(phy.sink),
            phy.source.connect(crossbar.master.sink),

            # Memory map.
            mmap.source.connect(mmap_port.sink),
            mmap_port.source.connect(mmap.sink),
            If(~quad,
                If(mmap.fsm.ongoing("BURST-CMD"),
                    mmap_port.sink.data.eq(SpiNorFlashOpCodes.READ_1_1_1_FAST.code),
                ),
                If(mmap.fsm.ongoing("BURST-REQ"),
                    mmap_port.sink.width.eq(1),
                ),
            ),

            # Master.
            master.source.connect(master_port.sink),
            master_port.source.connect(master.sink),
        ]

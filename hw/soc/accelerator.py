"""The accelerator on the SoC's buses: registers and buffers on Wishbone, weights through a native LiteDRAM port."""

from migen import ClockSignal, Instance, ResetSignal

from litex.gen import LiteXModule

from litex.soc.interconnect                  import wishbone
from litex.soc.interconnect.csr_eventmanager import EventManager, EventSourceLevel

from litedram.common import LiteDRAMNativePort

# Accelerator --------------------------------------------------------------------------------------

class Accelerator(LiteXModule):
    """Instance of ``ternel_accelerator``, whose Verilog is generated from hw/accel.

    Parameters
    ----------
    port : LiteDRAMNativePort
        Read port of the width that the accelerator was elaborated for. LiteDRAM does not hold read data back: the accelerator
        reserves room for the data before it issues a command.

    Attributes
    ----------
    bus : wishbone.Interface
        64 KiB window, 32-bit words, never cached.
    """
    def __init__(self, port: LiteDRAMNativePort):
        self.bus     = wishbone.Interface(data_width=32, address_width=32, addressing="word")
        self.ev      = EventManager()
        self.ev.done = EventSourceLevel(description="A command has ended.")
        self.ev.finalize()

        # # #

        self.specials += Instance("ternel_accelerator",
            # Clk / Rst.
            i_clk = ClockSignal("sys"),
            i_rst = ResetSignal("sys"),

            # Registers, activations, results.
            i_wb_adr   = self.bus.adr[:14],
            i_wb_dat_w = self.bus.dat_w,
            o_wb_dat_r = self.bus.dat_r,
            i_wb_sel   = self.bus.sel,
            i_wb_cyc   = self.bus.cyc,
            i_wb_stb   = self.bus.stb,
            i_wb_we    = self.bus.we,
            o_wb_ack   = self.bus.ack,

            # Weights.
            o_dram_cmd_valid   = port.cmd.valid,
            i_dram_cmd_ready   = port.cmd.ready,
            o_dram_cmd_addr    = port.cmd.addr,
            i_dram_rdata_valid = port.rdata.valid,
            o_dram_rdata_ready = port.rdata.ready,
            i_dram_rdata_data  = port.rdata.data,

            # Interrupt.
            o_irq = self.ev.done.trigger,
        )
        # The accelerator only reads.
        self.comb += port.cmd.we.eq(0)

"""The accelerator on the SoC's buses: registers on Wishbone, DRAM through native LiteDRAM ports."""

from migen import Cat, ClockSignal, Instance, ResetSignal, Signal

from litex.gen import LiteXModule

from litex.soc.interconnect                  import wishbone
from litex.soc.interconnect.csr_eventmanager import EventManager, EventSourceLevel

from litedram.common import LiteDRAMNativePort

from hw.soc.wide_port import read_data

# Accelerator --------------------------------------------------------------------------------------

class Accelerator(LiteXModule):
    """Instance of ``ternel_accelerator``, whose Verilog is generated from hw/accel.

    LiteDRAM does not hold read data back: the accelerator reserves room for the data before it issues a command. It takes a write's
    data some cycles after the command: the accelerator issues the command when the data waits.

    Parameters
    ----------
    readers : list[LiteDRAMNativePort]
        Read ports of the width of the accelerator's words, as many as it was elaborated for. They take turns: one opens a row while
        another's is still read. One at a time issues commands, and one at a time has data.
    control : LiteDRAMNativePort
        Port of the same width for the command list and for what the accelerator writes.

    Attributes
    ----------
    bus : wishbone.Interface
        64 KiB window, 32-bit words, never cached.
    activity : Signal, out
        High for a cycle whenever the accelerator asks DRAM for something.
    """
    def __init__(self, readers: list[LiteDRAMNativePort], control: LiteDRAMNativePort):
        self.bus     = wishbone.Interface(data_width=32, address_width=32, addressing="word")
        self.ev      = EventManager()
        self.ev.done = EventSourceLevel(description="A command has ended.")
        self.ev.finalize()
        self.activity = Signal()

        # # #

        command_address = readers[0].cmd.addr
        self.specials += Instance("ternel_accelerator",
            # Clk / Rst.
            i_clk = ClockSignal("sys"),
            i_rst = ResetSignal("sys"),

            # Registers.
            i_wb_adr   = self.bus.adr[:14],
            i_wb_dat_w = self.bus.dat_w,
            o_wb_dat_r = self.bus.dat_r,
            i_wb_cyc   = self.bus.cyc,
            i_wb_stb   = self.bus.stb,
            i_wb_we    = self.bus.we,
            o_wb_ack   = self.bus.ack,

            # What the accelerator streams: weights, gains, state.
            o_dram_cmd_valid   = Cat(*[port.cmd.valid for port in readers]),
            i_dram_cmd_ready   = Cat(*[port.cmd.ready for port in readers]),
            o_dram_cmd_addr    = command_address,
            i_dram_rdata_valid = Cat(*[port.rdata.valid for port in readers]),
            i_dram_rdata_data  = read_data(readers),

            # Command list, writes.
            o_memory_cmd_valid   = control.cmd.valid,
            i_memory_cmd_ready   = control.cmd.ready,
            o_memory_cmd_we      = control.cmd.we,
            o_memory_cmd_addr    = control.cmd.addr,
            o_memory_wdata_valid = control.wdata.valid,
            i_memory_wdata_ready = control.wdata.ready,
            o_memory_wdata_data  = control.wdata.data,
            o_memory_wdata_we    = control.wdata.we,
            i_memory_rdata_valid = control.rdata.valid,
            i_memory_rdata_data  = control.rdata.data,

            # Interrupt.
            o_irq = self.ev.done.trigger,
        )
        self.comb += [port.cmd.addr.eq(command_address) for port in readers[1:]]
        self.comb += self.activity.eq(Cat(*[port.cmd.valid for port in [*readers, control]]) != 0)

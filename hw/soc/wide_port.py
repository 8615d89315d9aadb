"""DRAM ports that are wider than the controller: what an SDR part needs, which brings four bytes a cycle at best."""

from migen import Array, Cat, If, Mux, Signal

from litex.gen import LiteXModule

from litedram.common        import LiteDRAMNativePort
from litedram.core.crossbar import LiteDRAMCrossbar

# Wide Port ----------------------------------------------------------------------------------------

class WidePort(LiteXModule):
    """A port of ``data_width`` bits; each of its words is several of the controller's, one behind the other.

    LiteDRAM's converter rests for a cycle between commands, so that of three cycles two carry data. This one does not. It relies on
    its user in what the accelerator keeps to: a command stays as it is until it is taken, a write's data waits before the command
    comes, and read data is always taken.

    Attributes
    ----------
    port : LiteDRAMNativePort
        For the user.
    """
    def __init__(self, crossbar: LiteDRAMCrossbar, mode: str, data_width: int):
        narrow = crossbar.get_port(mode=mode)
        ratio  = data_width//narrow.data_width
        bits   = ratio.bit_length() - 1
        assert ratio == 2**bits and ratio > 1 and data_width == ratio*narrow.data_width
        self.port = wide = LiteDRAMNativePort(
            mode          = mode,
            address_width = narrow.address_width - bits,
            data_width    = data_width,
        )

        # # #

        # Commands -------------------------------------------------------------------------------------
        command = Signal(bits)
        self.comb += [
            narrow.cmd.valid.eq(wide.cmd.valid),
            narrow.cmd.we.eq(wide.cmd.we),
            narrow.cmd.addr.eq(Cat(command, wide.cmd.addr)),
            wide.cmd.ready.eq(narrow.cmd.ready & (command == ratio - 1)),
        ]
        self.sync += If(narrow.cmd.valid & narrow.cmd.ready, command.eq(command + 1))

        # Reads ----------------------------------------------------------------------------------------
        # The last piece comes straight from the controller, the ones before it wait here.
        read    = Signal(bits)
        earlier = Array(Signal(narrow.data_width, name=f"earlier{i}") for i in range(ratio - 1))
        self.comb += [
            narrow.rdata.ready.eq(1),
            wide.rdata.valid.eq(narrow.rdata.valid & (read == ratio - 1)),
            wide.rdata.data.eq(Cat(*earlier, narrow.rdata.data)),
        ]
        self.sync += If(narrow.rdata.valid,
            read.eq(read + 1),
            earlier[read].eq(narrow.rdata.data),
        )

        # Writes ---------------------------------------------------------------------------------------
        if mode == "both":
            written    = Signal(bits)
            bytes_each = narrow.data_width//8
            data       = Array(wide.wdata.data[i*narrow.data_width:(i + 1)*narrow.data_width] for i in range(ratio))
            enables    = Array(wide.wdata.we[i*bytes_each:(i + 1)*bytes_each] for i in range(ratio))
            self.comb += [
                narrow.wdata.valid.eq(wide.wdata.valid),
                narrow.wdata.data.eq(data[written]),
                narrow.wdata.we.eq(enables[written]),
                wide.wdata.ready.eq(narrow.wdata.ready & (written == ratio - 1)),
            ]
            self.sync += If(narrow.wdata.ready, written.eq(written + 1))

# Ports --------------------------------------------------------------------------------------------

def dram_port(owner: LiteXModule, crossbar: LiteDRAMCrossbar, mode: str, word_bytes: int) -> LiteDRAMNativePort:
    """A port for words of ``word_bytes``: the controller's own, or a WidePort of ``owner`` where its words are smaller."""
    controller_bytes = crossbar.controller.data_width//8
    if word_bytes == controller_bytes:
        return crossbar.get_port(mode=mode)
    if word_bytes < controller_bytes:
        raise ValueError(f"DRAM ports of {word_bytes} bytes on a controller of {controller_bytes}")
    wide              = WidePort(crossbar, mode, 8*word_bytes)
    owner.submodules += wide
    return wide.port


def read_data(ports: list[LiteDRAMNativePort]):
    """The data of whichever port has some. On the controller's own ports this is one bus for all, and the choice vanishes."""
    data = ports[0].rdata.data
    for port in ports[1:]:
        data = Mux(port.rdata.valid, port.rdata.data, data)
    return data

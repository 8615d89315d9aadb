"""Narrows a native LiteDRAM read port without losing bandwidth.

LiteDRAM's own up-converter spends five cycles on every wide word. On ECP5 a controller word is one DDR3 burst of eight and takes
two system clocks; a reader of half that width gets one word a clock only when commands and data both flow every clock.
"""

from migen import If, Signal

from litex.gen import LiteXModule

from litex.soc.interconnect import stream

from litedram.common import LiteDRAMNativePort

# Native Port Splitter -----------------------------------------------------------------------------

class NativePortSplitter(LiteXModule):
    """Gives a reader half the width of a wide read port.

    Two commands in a row for the halves of one wide word (even, then odd) become one wide command; any other order still reads the
    right data, at one wide command each. The reader must accept data when it comes, as with LiteDRAM itself.

    Parameters
    ----------
    wide : LiteDRAMNativePort
        Port of the crossbar.

    Attributes
    ----------
    port : LiteDRAMNativePort
        Read port of half the width, with one more address bit.
    """
    def __init__(self, wide: LiteDRAMNativePort, depth: int = 64):
        self.port = port = LiteDRAMNativePort(
            mode          = "read",
            address_width = wide.address_width + 1,
            data_width    = wide.data_width//2,
        )

        # # #

        # Commands -------------------------------------------------------------------------------------
        # One entry for every half that the reader asked for: which half it is, and whether the wide word ends with it.
        halves = stream.SyncFIFO([("odd", 1), ("follows", 1)], depth, buffered=False)
        self.submodules.halves = halves

        last_even = Signal()                          # The last command was for an even half ...
        last_addr = Signal(wide.address_width)        # ... of this wide word.
        follows   = Signal()                          # This command is for the odd half of the same word.
        self.comb += [
            follows.eq(port.cmd.addr[0] & last_even & (port.cmd.addr[1:] == last_addr)),
            wide.cmd.we.eq(0),
            wide.cmd.addr.eq(port.cmd.addr[1:]),
            wide.cmd.valid.eq(port.cmd.valid & halves.sink.ready & ~follows),
            port.cmd.ready.eq(halves.sink.ready & (follows | wide.cmd.ready)),
            halves.sink.valid.eq(port.cmd.valid & port.cmd.ready),
            halves.sink.odd.eq(port.cmd.addr[0]),
            halves.sink.follows.eq(follows),
        ]
        self.sync += If(port.cmd.valid & port.cmd.ready,
            last_even.eq(~port.cmd.addr[0]),
            last_addr.eq(port.cmd.addr[1:]),
        )

        # Data -----------------------------------------------------------------------------------------
        # Wide words wait here. There is room for as many as there are commands outstanding, so none is ever refused.
        words = stream.SyncFIFO([("data", wide.data_width)], depth, buffered=True)
        self.submodules.words = words
        held = Signal(wide.data_width//2)             # Odd half of the word whose even half was delivered last.
        half = halves.source
        self.comb += [
            wide.rdata.connect(words.sink),
            port.rdata.valid.eq(half.valid & (half.follows | words.source.valid)),
            If(half.follows,
                port.rdata.data.eq(held),
            ).Elif(half.odd,
                port.rdata.data.eq(words.source.data[wide.data_width//2:]),
            ).Else(
                port.rdata.data.eq(words.source.data[:wide.data_width//2]),
            ),
            half.ready.eq(port.rdata.valid),
            words.source.ready.eq(half.valid & ~half.follows),
        ]
        self.sync += If(words.source.valid & words.source.ready,
            held.eq(words.source.data[wide.data_width//2:]),
        )

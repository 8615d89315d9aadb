"""Reads ahead in the memory-mapped flash, so that the next words are on their way while the CPU uses the last ones."""

from migen import If, Signal

from litex.gen import LiteXModule

from litex.soc.interconnect import stream, wishbone

# Flash Read Ahead ---------------------------------------------------------------------------------

class FlashReadAhead(LiteXModule):
    """Sits between the bus and LiteSPI.

    LiteSPI begins a word when the bus asks for it and answers one word at a time, so the flash rests while the CPU stores what it
    has read: at boot, a third of the time. This module keeps asking for the next address until ``depth`` words wait. A read from
    elsewhere throws them away; it waits at most for the one word that is under way.

    Attributes
    ----------
    bus : wishbone.Interface
        For the CPU; read only, like the flash behind it.
    flash : wishbone.Interface
        To LiteSPI's memory-mapped port.
    flush : Signal, in
        The flash is being used in another way, its contents may change: forget what was read ahead.
    """
    def __init__(self, depth: int = 8):
        self.bus   = bus   = wishbone.Interface(data_width=32, address_width=32, addressing="word")
        self.flash = flash = wishbone.Interface(data_width=32, address_width=32, addressing="word")
        self.flush = Signal()

        # # #

        self.words = words = stream.SyncFIFO([("data", 32)], depth, buffered=False)
        fetching   = Signal()              # A read of the flash is under way ...
        wanted     = Signal()              # ... and its word still belongs to the sequence.
        active     = Signal()              # There is a sequence: the words from address ``head`` on.
        head       = Signal(len(bus.adr))  # Address of the first word that waits or comes next.
        fetch      = Signal(len(bus.adr))  # Address of the next word to read.
        requested  = Signal()
        selected   = Signal()              # LiteX's interconnect passes on data of a slave from a request's second cycle on.
        elsewhere  = Signal()
        restart    = Signal()
        self.comb += [
            requested.eq(bus.cyc & bus.stb & ~bus.we),
            elsewhere.eq(requested & (~active | (bus.adr != head))),
            restart.eq(self.flush | elsewhere),

            # CPU.
            bus.dat_r.eq(words.source.data),
            bus.ack.eq(requested & selected & ~restart & words.source.valid),
            words.source.ready.eq(bus.ack | restart),

            # Flash. A transfer that has begun is always brought to its end.
            flash.cyc.eq(fetching),
            flash.stb.eq(fetching),
            flash.sel.eq(0b1111),
            flash.adr.eq(fetch),
            words.sink.data.eq(flash.dat_r),
            words.sink.valid.eq(fetching & flash.ack & wanted & ~restart),
        ]
        self.sync += [
            selected.eq(requested & ~bus.ack),
            If(bus.ack,
                head.eq(head + 1),
            ),
            If(fetching,
                If(flash.ack,
                    fetching.eq(0),
                    fetch.eq(fetch + 1),
                ),
                # One more word of the sequence is read only where there will be room for it.
            ).Elif(active & ~restart & words.sink.ready,
                fetching.eq(1),
                wanted.eq(1),
            ),
            If(restart,
                wanted.eq(0),
                active.eq(0),
            ),
            # The new sequence begins when the old one's last transfer and its words have gone.
            If(elsewhere & ~self.flush & ~fetching & ~words.source.valid,
                active.eq(1),
                head.eq(bus.adr),
                fetch.eq(bus.adr),
            ),
        ]

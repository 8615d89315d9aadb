"""The cache between the CPU's bus and the DRAM."""

from migen import NO_CHANGE, Case, Cat, If, Memory, Signal, log2_int
from migen.genlib.fsm import FSM, NextState, NextValue

from litex.gen import LiteXModule

from litex.soc.interconnect import wishbone

# Level 2 Cache ------------------------------------------------------------------------------------

class Level2Cache(LiteXModule):
    """Write-back, direct mapped, a line as wide as a DRAM access.

    In LiteX's cache a word is compared, acknowledged and written in one cycle: from the tags through the comparison to the write
    enables of all its block RAMs was the slowest path of each ECP5 board. Here the comparison ends in a register. What this cycle
    costs comes back: the other words of a burst follow one a cycle, and a word of the line that was asked for last is not compared
    again.

    A burst that a master announces (CTI) stays in its order; a request is withdrawn only between two acknowledgements of a burst.

    Parameters
    ----------
    size : int
        Bytes, a power of two.
    line_bits : int
        Data width of ``dram``.

    Attributes
    ----------
    size : int
        As above: firmware that empties the cache has to know.
    bus : wishbone.Interface
        For the CPU. Its addresses are never those of a tag of zeros, with which the block RAM begins: there is no valid bit.
    dram : wishbone.Interface
        To the DRAM; whole lines.
    """
    def __init__(self, size: int, line_bits: int):
        self.size = size
        self.bus  = bus  = wishbone.Interface(data_width=32,        address_width=32, addressing="word")
        self.dram = dram = wishbone.Interface(data_width=line_bits, address_width=32, addressing="word")

        # # #

        # Address ----------------------------------------------------------------------------------
        words       = line_bits//32
        offset_bits = log2_int(words)
        index_bits  = log2_int(8*size//line_bits)
        offset      = bus.adr[:offset_bits]
        line        = bus.adr[offset_bits:]
        index       = line[:index_bits]
        tag         = line[index_bits:]

        # Memories ---------------------------------------------------------------------------------
        # Nothing is read while it is written. Synthesis that knows takes block RAMs with byte enables, and nothing around them.
        data_memory   = Memory(line_bits, 2**index_bits)
        data          = data_memory.get_port(write_capable=True, we_granularity=8, mode=NO_CHANGE)
        tag_memory    = Memory(len(tag) + 1, 2**index_bits)
        tags          = tag_memory.get_port(write_capable=True, mode=NO_CHANGE)
        self.specials += data_memory, data, tag_memory, tags

        stored_tag   = tags.dat_r[:-1]
        stored_dirty = tags.dat_r[-1]
        dirty        = Signal() # What the tags are to say.
        refill       = Signal() # A line comes from the DRAM.
        requested    = Signal()
        self.comb += [
            requested.eq(bus.cyc & bus.stb),
            data.adr.eq(index),
            tags.adr.eq(index),
            tags.dat_w.eq(Cat(tag, dirty)),
            dram.sel.eq(2**len(dram.sel) - 1),
            dram.dat_w.eq(data.dat_r),
            dram.adr.eq(Cat(index, stored_tag)),
            Case(offset, {word: bus.dat_r.eq(data.dat_r[32*word:32*(word + 1)]) for word in range(words)}),
            data.dat_w.eq(Cat(*[bus.dat_w]*words)),
            If(refill,
                dram.adr.eq(line),
                data.dat_w.eq(dram.dat_r),
                data.we.eq(Cat(*[dram.ack]*len(data.we))),
            ).Elif(bus.ack & bus.we,
                Case(offset, {word: data.we[4*word:4*(word + 1)].eq(bus.sel) for word in range(words)}),
            ),
        ]

        # Control ----------------------------------------------------------------------------------
        hit       = Signal()          # The line that was asked for is here ...
        last_line = Signal(len(line)) # ... this one; it stays until another one is asked for.
        more      = Signal()          # Of a burst, another word of this line comes next.
        self.comb += more.eq((bus.cti == wishbone.CTI_BURST_INCREMENTING) & (offset != words - 1))
        self.fsm = fsm = FSM(reset_state="IDLE")
        fsm.act("IDLE",
            If(requested,
                If(hit & (line == last_line),
                    NextState("ANSWER"),
                ).Else(
                    NextState("COMPARE"),
                ),
            ),
        )
        fsm.act("COMPARE",
            NextValue(hit, stored_tag == tag),
            NextValue(last_line, line),
            NextState("ANSWER"),
        )
        fsm.act("ANSWER",
            If(hit,
                bus.ack.eq(requested),
                dirty.eq(1),
                tags.we.eq(bus.ack & bus.we),
                If(~(requested & more),
                    NextState("IDLE"),
                ),
            ).Elif(stored_dirty,
                NextState("EVICT"),
            ).Else(
                NextState("REFILL"),
            ),
        )
        fsm.act("EVICT",
            dram.cyc.eq(1),
            dram.stb.eq(1),
            dram.we.eq(1),
            If(dram.ack,
                NextState("REFILL"),
            ),
        )
        fsm.act("REFILL",
            dram.cyc.eq(1),
            dram.stb.eq(1),
            refill.eq(1),
            If(dram.ack,
                tags.we.eq(1),
                NextValue(hit, 1),
                NextState("READ"),
            ),
        )
        # What was written in the last cycle is read in this one.
        fsm.act("READ",
            NextState("ANSWER"),
        )

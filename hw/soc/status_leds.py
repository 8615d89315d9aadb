"""What a board's lights say: how far the boot has come, whether the accelerator works, whether something went wrong."""

from migen import Case, If, Signal

from litex.gen import LiteXModule

from litex.gen.genlib.misc import WaitTimer

from litex.soc.interconnect.csr import CSRField, CSRStorage

# Status LEDs --------------------------------------------------------------------------------------

class StatusLeds(LiteXModule):
    """Three lights; each output is high where its light shines.

    Parameters
    ----------
    sys_clk_freq : float
        Clock of the system, from which the lights' times are counted.

    Attributes
    ----------
    activity : Signal, in
        High for at least a cycle whenever the accelerator does something.
    boot : Signal, out
        Steady: the bitstream runs, but no firmware. Fast: stage 0 trains the DRAM. Slow: it copies and checks. Off: the console.
    busy : Signal, out
        The accelerator works, or did so in the last 1/32 s, for an eye to see it.
    error : Signal, out
        The firmware has stopped with an error; the serial line says which.
    """
    def __init__(self, sys_clk_freq: float):
        self.status = CSRStorage(fields=[
            CSRField("stage", size=2, description="How far the boot is: 0 gateware, 1 stage 0, 2 DRAM works, 3 console."),
            CSRField("error", size=1, description="The firmware has stopped with an error."),
        ])
        self.activity = Signal()
        self.boot     = Signal()
        self.busy     = Signal()
        self.error    = Signal()

        # # #

        self.hold = hold = WaitTimer(int(sys_clk_freq/32))
        self.tick = tick = WaitTimer(int(sys_clk_freq/16))
        phase            = Signal(3)
        self.sync += [
            If(tick.done,
                phase.eq(phase + 1),
            ),
            If(self.activity,
                self.busy.eq(1),
            ).Elif(hold.done,
                self.busy.eq(0),
            ),
        ]
        self.comb += [
            tick.wait.eq(~tick.done),
            hold.wait.eq(~self.activity),
            Case(self.status.fields.stage, {
                0: self.boot.eq(1),
                1: self.boot.eq(phase[0]), # 8 Hz.
                2: self.boot.eq(phase[2]), # 2 Hz.
                3: self.boot.eq(0),
            }),
            self.error.eq(self.status.fields.error),
        ]

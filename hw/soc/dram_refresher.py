"""Refreshes that were postponed, done together.

LiteDRAM's refresher can postpone refreshes too, but precharges all banks and waits again before each of them.
"""

from migen import If, Signal

from migen.genlib.fsm import FSM, NextState

from litex.gen             import LiteXModule
from litex.gen.genlib.misc import timeline

from litex.soc.interconnect import stream

from litedram.common          import cmd_request_rw_layout
from litedram.core.controller import ControllerSettings
from litedram.core.refresher  import RefreshPostponer, RefreshTimer

# Burst Refresher ----------------------------------------------------------------------------------

class BurstRefresher(LiteXModule):
    """In place of LiteDRAM's Refresher (``ControllerSettings.refresh_cls``), with the same parameters.

    A group is a precharge of all banks, ``postponing`` refreshes and, ``zqcs_freq`` times a second, a short calibration of the
    part's drivers. (LiteDRAM's own refresher misses nearly all calibrations: it looks for a pulse of one cycle at a refresh's end.)

    Parameters
    ----------
    postponing : int
        Refreshes in a group; at most 8 in DDR3 (JESD79-3F, 4.4).

    Attributes
    ----------
    cmd : Endpoint
        To LiteDRAM's multiplexer: ``valid`` asks for DRAM and keeps it until ``last``.
    """
    def __init__(self, settings: ControllerSettings, clk_freq: float, zqcs_freq: float = 1.0, postponing: int = 1):
        assert 1 <= postponing <= 8
        timing   = settings.timing
        self.cmd = cmd = stream.Endpoint(cmd_request_rw_layout(a=settings.geom.addressbits, ba=settings.geom.bankbits))

        # # #

        # When -----------------------------------------------------------------------------------------
        self.timer     = timer     = RefreshTimer(timing.tREFI)
        self.postponer = postponer = RefreshPostponer(postponing)
        self.comb += timer.wait.eq(1), postponer.req_i.eq(timer.done)

        calibrate = Signal()
        if timing.tZQCS is not None:
            self.zqcs_timer = zqcs_timer = RefreshTimer(int(clk_freq/zqcs_freq))
            self.comb += zqcs_timer.wait.eq(1)
            self.sync += If(zqcs_timer.done, calibrate.eq(1))

        # What -----------------------------------------------------------------------------------------
        start, refreshed, calibrated = Signal(), Signal(), Signal()
        precharge   = [cmd.ras.eq(1), cmd.we.eq(1), cmd.a.eq(2**10)] # A10: all banks.
        refresh     = [cmd.ras.eq(1), cmd.cas.eq(1)]
        calibration = [cmd.we.eq(1), calibrate.eq(0)]
        end         = timing.tRP + postponing*timing.tRFC
        self.sync += [
            *[signal.eq(0) for signal in [cmd.a, cmd.ba, cmd.ras, cmd.cas, cmd.we, refreshed, calibrated]],
            timeline(start, [
                (0, precharge),
                *[(timing.tRP + i*timing.tRFC, refresh) for i in range(postponing)],
                (end, [refreshed.eq(1)]),
            ]),
            timeline(refreshed & calibrate, [
                (0, calibration),
                (timing.tZQCS or 1, [calibrated.eq(1)]),
            ]),
        ]

        self.fsm = fsm = FSM()
        fsm.act("IDLE",
            If(settings.with_refresh & postponer.req_o, NextState("REQUEST")),
        )
        fsm.act("REQUEST",
            cmd.valid.eq(1),
            If(cmd.ready, start.eq(1), NextState("REFRESH")),
        )
        fsm.act("REFRESH",
            cmd.valid.eq(1),
            If((refreshed & ~calibrate) | calibrated, cmd.valid.eq(0), cmd.last.eq(1), NextState("IDLE")),
        )

"""LiteDRAM as Ternel sets it up; README.md has the measurements behind every setting."""

from copy import copy

from litedram         import modules as litedram_modules
from litedram.modules import SDRAMModule

from litedram.core.controller import ControllerSettings

from hw.soc.configuration  import Configuration
from hw.soc.dram_refresher import BurstRefresher

# DRAM Part ----------------------------------------------------------------------------------------

# A refresh takes a time that depends on the part's capacity only (JESD79-3F, table 61). LiteDRAM states it in DRAM clocks of the
# part's fastest grade (128 at 1600 MT/s) and counts as many of the slower clocks that a board really has: 2 to 8 times too long.
# SDR parts state it in nanoseconds already.
_refresh_ns = {"MT41K64M16": 110.0, "MT41K128M16": 160.0, "MT41K256M16": 260.0}


def dram_module(configuration: Configuration, **overrides) -> SDRAMModule:
    """LiteDRAM's description of the configuration's part, with the refresh time of its data sheet.

    ``overrides`` are attributes of LiteDRAM's class, for example ``nrows``."""
    name         = configuration.dram_module
    base         = getattr(litedram_modules, name)
    timings      = copy(base.speedgrade_timings["default"])
    if name in _refresh_ns:
        timings.tRFC = (None, _refresh_ns[name])
    part_cls     = type(name, (base,), {"speedgrade_timings": {"default": timings}, **overrides})
    part         = part_cls(configuration.clock_hz, f"1:{configuration.dram_ratio}")
    # A refresh is on a cycle's first phase, so what follows it cannot be early: no margin for phases.
    part.timing_settings.tRFC = part.ck_ns_to_cycles(part.get("tRFC"), margin=False)
    return part

# Controller ---------------------------------------------------------------------------------------

def controller_settings(**overrides) -> ControllerSettings:
    """Settings of LiteDRAM's controller, each chosen by measurement."""
    return ControllerSettings(**{
        "cmd_buffer_depth"   : 16,
        "refresh_cls"        : BurstRefresher,
        "refresh_postponing" : 8,
        "write_time"         : 64,
        **overrides,
    })

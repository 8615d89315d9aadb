"""A DRAM part, DDR3 or SDR, behind its PHY, at the level of DFI commands.

LiteDRAM has such a model too; this one keeps the whole part in one memory whose index is the address in port words. So the harness
preloads it by copying bytes, and a cycle costs the simulator one read and one write instead of eight of each. It closes rows on
auto-precharge and stops the simulation when a closed bank is read or written, which LiteDRAM's model lets pass.
"""

from functools import reduce
from operator  import or_

from migen import Array, Cat, Display, Finish, If, Memory, Module, Mux, READ_FIRST, Signal

from litex.gen import LiteXModule

from litex.soc.interconnect.csr import CSR, CSRStatus, CSRStorage

from litedram.common    import PhySettings, get_default_cl, get_default_cl_cwl, get_sys_latency, get_sys_phase
from litedram.modules   import SDRAMModule, _speedgrade_timings, _technology_timings
from litedram.phy.dfi   import Interface
from litedram.phy.model import DFITimingsChecker, get_sdram_phy_settings

from hw.soc.configuration import Configuration

# PHY Settings -------------------------------------------------------------------------------------

def ecp5_phy_settings(data_bits: int, clk_freq: float) -> PhySettings:
    """The timing of LiteDRAM's ECP5DDRPHY: two DRAM clocks a system clock, a burst of eight in one DFI word every two cycles."""
    nphases         = 2
    cl, cwl         = get_default_cl_cwl("DDR3", 2/(2*nphases*clk_freq))
    cl_sys_latency  = get_sys_latency(nphases, cl)
    cwl_sys_latency = get_sys_latency(nphases, cwl)
    return PhySettings(
        phytype       = "SDRAMPHYModel",
        memtype       = "DDR3",
        databits      = data_bits,
        dfi_databits  = 4*data_bits,
        nphases       = nphases,
        rdphase       = get_sys_phase(nphases, cl_sys_latency, cl),
        wrphase       = get_sys_phase(nphases, cwl_sys_latency, cwl),
        cl            = cl,
        cwl           = cwl,
        read_latency  = cl_sys_latency + 10,
        write_latency = cwl_sys_latency,
    )


def half_rate_sdr_phy_settings(data_bits: int, clk_freq: float) -> PhySettings:
    """The timing of LiteDRAM's HalfRateGENSDRPHY: two DRAM clocks a system clock, a burst of two in one DFI word."""
    cl = get_default_cl("SDR", 1/clk_freq)
    return PhySettings(
        phytype       = "SDRAMPHYModel",
        memtype       = "SDR",
        databits      = data_bits,
        dfi_databits  = data_bits,
        nphases       = 2,
        rdphase       = 0,
        wrphase       = 0,
        cl            = cl,
        read_latency  = (cl + 1)//2 + 1,
        write_latency = 0,
    )


def phy_settings(configuration: Configuration) -> PhySettings:
    """Settings of the PHY that the configuration's FPGA family would have, without its training."""
    if configuration.dram_type == "SDR":
        return half_rate_sdr_phy_settings(configuration.dram_data_bits, configuration.clock_hz)
    if configuration.dram_ratio == 2:
        return ecp5_phy_settings(configuration.dram_data_bits, configuration.clock_hz)
    return get_sdram_phy_settings("DDR3", configuration.dram_data_bits, configuration.clock_hz)

# Training Registers -------------------------------------------------------------------------------

class Ecp5TrainingRegisters(LiteXModule):
    """The registers of LiteDRAM's ECP5DDRPHY, so that a board's firmware trains as on the board. The model's data needs no delays:
    every setting that liblitedram tries is a good one, and every strobe is seen."""
    def __init__(self, data_bits: int):
        self._dly_sel             = CSRStorage(data_bits//8)
        self._rdly_dq_rst         = CSR()
        self._rdly_dq_inc         = CSR()
        self._rdly_dq_bitslip_rst = CSR()
        self._rdly_dq_bitslip     = CSR()
        self._burstdet_clr        = CSR()
        self._burstdet_seen       = CSRStatus(data_bits//8, reset=2**(data_bits//8) - 1)

# DRAM Model ---------------------------------------------------------------------------------------

class DramModel(LiteXModule):
    """DRAM and PHY in one.

    Parameters
    ----------
    configuration : Configuration
        Width, clock and ratio.
    module : SDRAMModule
        Geometry and timings of the part.
    with_timing_checker : bool
        Adds LiteDRAM's checker, which prints every DRAM timing that a command breaks; slow.

    Attributes
    ----------
    dfi : Interface
        One DFI phase for every DRAM clock.
    """
    def __init__(self, configuration: Configuration, module: SDRAMModule, with_timing_checker: bool = False):
        self.settings = settings = phy_settings(configuration)
        geometry      = module.geom_settings
        self.dfi      = dfi = Interface(
            addressbits = geometry.addressbits,
            bankbits    = geometry.bankbits,
            nranks      = settings.nranks,
            databits    = settings.dfi_databits,
            nphases     = settings.nphases,
        )
        data_width   = settings.dfi_databits*settings.nphases
        burst        = data_width//settings.databits
        burst_bits   = burst.bit_length() - 1
        column_bits  = geometry.colbits - burst_bits
        address_bits = geometry.rowbits + geometry.bankbits + column_bits

        # The whole part: one word for every burst (DDR3: eight, SDR: two), in the order row, bank, column, which is LiteDRAM's
        # ROW_BANK_COL.
        storage = Memory(data_width, 2**address_bits, name="dram")

        # # #

        assert burst == (8 if settings.memtype == "DDR3" else settings.nphases), "a DFI word is one burst"
        nbanks = 2**geometry.bankbits
        opened = Array([Signal(name=f"open{bank}") for bank in range(nbanks)])
        rows   = Array([Signal(geometry.rowbits, name=f"row{bank}") for bank in range(nbanks)])

        # Commands -------------------------------------------------------------------------------------
        # At most one read or write a cycle, on whatever phase; rows open and close beside it.
        reads, writes, columns, banks = [], [], [], []
        for phase in dfi.phases:
            selected  = Signal()
            activate  = Signal()
            precharge = Signal()
            read      = Signal()
            write     = Signal()
            self.comb += [
                selected .eq(~phase.cs_n),
                activate .eq(selected & ~phase.ras_n &  phase.cas_n &  phase.we_n),
                precharge.eq(selected & ~phase.ras_n &  phase.cas_n & ~phase.we_n),
                read     .eq(selected &  phase.ras_n & ~phase.cas_n &  phase.we_n),
                write    .eq(selected &  phase.ras_n & ~phase.cas_n & ~phase.we_n),
            ]
            # A10 is "all banks" with a precharge and "close afterwards" with a read or a write.
            self.sync += [
                If(activate, opened[phase.bank].eq(1), rows[phase.bank].eq(phase.address)),
                If(precharge | ((read | write) & phase.address[10]), opened[phase.bank].eq(0)),
                If(precharge & phase.address[10], *[opened[bank].eq(0) for bank in range(nbanks)]),
                If((read | write) & ~opened[phase.bank], Display("dram model: access to a closed bank"), Finish()),
            ]
            access = read | write
            reads  .append(read)
            writes .append(write)
            banks  .append(Mux(access, phase.bank, 0))
            columns.append(Mux(access, phase.address[burst_bits:geometry.colbits], 0))

        bank    = Signal(geometry.bankbits)
        address = Signal(address_bits)
        self.comb += [
            bank.eq(reduce(or_, banks)),
            address.eq(Cat(reduce(or_, columns)[:column_bits], bank, rows[bank])),
        ]

        # Writes ---------------------------------------------------------------------------------------
        write_valid, write_address = self.delayed(reduce(or_, writes), address, settings.write_latency)
        write_port = storage.get_port(write_capable=True, we_granularity=8, mode=READ_FIRST)
        mask       = Signal(data_width//8)
        self.specials += storage, write_port
        self.comb += [
            mask.eq(Cat(*[phase.wrdata_mask for phase in dfi.phases])),
            write_port.adr.eq(write_address),
            write_port.dat_w.eq(Cat(*[phase.wrdata for phase in dfi.phases])),
            If(write_valid, write_port.we.eq(~mask)),
        ]

        # Reads ----------------------------------------------------------------------------------------
        # The address waits, not the data: LiteDRAM never lets a write overtake a read that is under way.
        read_valid, read_address = self.delayed(reduce(or_, reads), address, settings.read_latency - 1)
        read_port  = storage.get_port(async_read=True)
        data       = Signal(data_width)
        data_valid = Signal()
        self.specials += read_port
        self.comb += read_port.adr.eq(read_address)
        self.sync += [
            data_valid.eq(read_valid),
            If(read_valid, data.eq(read_port.dat_r)),
        ]
        self.comb += [
            Cat(*[phase.rddata for phase in dfi.phases]).eq(data),
            *[phase.rddata_valid.eq(data_valid) for phase in dfi.phases],
        ]

        # Timing checker -------------------------------------------------------------------------------
        if with_timing_checker:
            self.timing_checker = timing_checker(self, configuration, module)

    def delayed(self, valid: Signal, address: Signal, cycles: int) -> tuple[Signal, Signal]:
        """``valid`` and ``address``, some cycles later."""
        for _ in range(cycles):
            next_valid   = Signal()
            next_address = Signal.like(address)
            self.sync += next_valid.eq(valid), next_address.eq(address)
            valid, address = next_valid, next_address
        return valid, address

# Timing Checker -----------------------------------------------------------------------------------

def timing_checker(model: DramModel, configuration: Configuration, module: SDRAMModule) -> Module:
    """LiteDRAM's DFI timing checker with the part's own timings (in nanoseconds)."""
    settings = model.settings
    # In whole picoseconds, as the checker counts: otherwise four clocks are shorter than the tCCD of four clocks.
    timings  = {"tCK": int(1e12/configuration.clock_hz/settings.nphases)/1e3}
    for name in _speedgrade_timings + _technology_timings:
        refresh_mode  = module.timing_settings.fine_refresh_mode if name in ["tREFI", "tRFC"] else None
        timings[name] = module.get(name, refresh_mode)
    return DFITimingsChecker(
        dfi          = model.dfi,
        nbanks       = 2**module.geom_settings.bankbits,
        nphases      = settings.nphases,
        timings      = timings,
        refresh_mode = module.timing_settings.fine_refresh_mode,
        memtype      = settings.memtype,
    )

"""What hw/soc/dram_bench.py simulates: LiteDRAM, the DRAM model and the accelerator's two DRAM units, without a CPU."""

from functools import reduce
from operator  import or_

from migen import ClockDomain, ClockSignal, Instance, ResetSignal, Signal

from litex.gen import LiteXModule

from litex.build.generic_platform import GenericPlatform, Pins

from litedram.core.controller import ControllerSettings, LiteDRAMController
from litedram.core.crossbar   import LiteDRAMCrossbar
from litedram.frontend.dma    import LiteDRAMDMAReader
from litedram.modules         import SDRAMModule

from hw.soc.wide_port     import dram_port, read_data
from hw.soc.configuration import Configuration
from hw.soc.dram_model    import DramModel

# Design -------------------------------------------------------------------------------------------

class DramBenchDesign(LiteXModule):
    """One controller, four users of which the harness lets one read at a time.

    Attributes
    ----------
    ios : dict[str, Signal]
        Pins by the names that dram_bench.cpp uses.
    """
    def __init__(self,
        configuration       : Configuration,
        module              : SDRAMModule,
        settings            : ControllerSettings,
        ports               : int,
        rival_depth         : int  = 256,
        with_timing_checker : bool = False,
    ):
        self.ios : dict[str, Signal] = {}

        self.cd_sys = ClockDomain()
        self.comb += [self.cd_sys.clk.eq(self.pin("clk")), self.cd_sys.rst.eq(self.pin("rst"))]

        # # #

        # LiteDRAM -------------------------------------------------------------------------------------
        self.phy        = phy        = DramModel(configuration, module, with_timing_checker)
        self.controller = controller = LiteDRAMController(
            phy_settings        = phy.settings,
            geom_settings       = module.geom_settings,
            timing_settings     = module.timing_settings,
            clk_freq            = configuration.clock_hz,
            controller_settings = settings,
        )
        self.crossbar = crossbar = LiteDRAMCrossbar(controller.interface)
        self.comb += controller.dfi.connect(phy.dfi)
        words   = configuration.dram_word_bytes
        readers = [dram_port(self, crossbar, "read", words) for _ in range(ports)]
        control = dram_port(self, crossbar, "both", words)
        rival   = dram_port(self, crossbar, "read", words)
        cpu     = dram_port(self, crossbar, "read", words)

        # Stream reader --------------------------------------------------------------------------------
        word_bits     = 8*configuration.port_bytes
        address_width = readers[0].address_width
        word_address  = address_width + (readers[0].data_width//word_bits).bit_length() - 1
        command_valid   = Signal(ports)
        command_ready   = Signal(ports)
        command_address = Signal(address_width)
        data_valid      = Signal(ports)
        self.specials += Instance("StreamReader",
            i_clk                          = ClockSignal(),
            i_rst                          = ResetSignal(),
            i_descriptors_valid            = self.pin("descriptor_valid"),
            o_descriptors_ready            = self.pin("descriptor_ready"),
            i_descriptors_payload_address  = self.pin("descriptor_address", word_address),
            i_descriptors_payload_words    = self.pin("descriptor_words", 26),
            o_words_valid                  = self.pin("word_valid"),
            i_words_ready                  = self.pin("word_ready"),
            o_words_payload                = self.pin("word", word_bits),
            i_stop                         = 0,
            i_clear                        = 0,
            o_idle                         = self.pin("reader_idle"),
            o_commandValid                 = command_valid,
            i_commandReady                 = command_ready,
            o_commandAddress               = command_address,
            i_dataValid                    = data_valid,
            i_data                         = read_data(readers),
            o_stalledByCommand             = self.pin("stalled_by_command"),
            o_stalledByRoom                = self.pin("stalled_by_room"),
            o_stalledByData                = self.pin("stalled_by_data"),
        )
        for i, port in enumerate(readers):
            self.comb += [
                port.cmd.valid.eq(command_valid[i]),
                port.cmd.addr.eq(command_address),
                command_ready[i].eq(port.cmd.ready),
                data_valid[i].eq(port.rdata.valid),
            ]

        # Control port ---------------------------------------------------------------------------------
        self.specials += Instance("ControlPort",
            i_clk                    = ClockSignal(),
            i_rst                    = ResetSignal(),
            i_reads_valid            = self.pin("list_valid"),
            o_reads_ready            = self.pin("list_ready"),
            i_reads_payload          = self.pin("list_address", word_address),
            o_readWords_valid        = self.pin("list_word_valid"),
            i_readWords_ready        = 1,
            o_readWords_payload      = self.pin("list_word", word_bits),
            i_writes_valid           = self.pin("write_valid"),
            o_writes_ready           = self.pin("write_ready"),
            i_writes_payload_address = self.pin("write_address", word_address),
            i_writes_payload_data    = self.pin("write_data", word_bits),
            i_writes_payload_mask    = self.pin("write_mask", word_bits//8),
            o_idle                   = self.pin("control_idle"),
            o_commandValid           = control.cmd.valid,
            i_commandReady           = control.cmd.ready,
            o_commandWrite           = control.cmd.we,
            o_commandAddress         = control.cmd.addr,
            o_dataOutValid           = control.wdata.valid,
            i_dataOutReady           = control.wdata.ready,
            o_dataOut                = control.wdata.data,
            o_dataOutMask            = control.wdata.we,
            i_dataInValid            = control.rdata.valid,
            i_dataIn                 = control.rdata.data,
        )

        # Rival: LiteDRAM's own reader, and a port that reads single words as a CPU's cache does ---------
        for name, port, depth in [("rival", rival, rival_depth), ("cpu", cpu, 16)]:
            reader = LiteDRAMDMAReader(port, fifo_depth=depth, fifo_buffered=True)
            self.add_module(name, reader)
            self.comb += [
                reader.sink.valid.eq(self.pin(f"{name}_valid")),
                self.pin(f"{name}_ready").eq(reader.sink.ready),
                reader.sink.address.eq(self.pin(f"{name}_address", address_width)),
                self.pin(f"{name}_word_valid").eq(reader.source.valid),
                reader.source.ready.eq(self.pin(f"{name}_word_ready")),
                self.pin(f"{name}_word", port.data_width).eq(reader.source.data),
            ]

        # Where the cycles go --------------------------------------------------------------------------
        multiplexer = controller.multiplexer
        locked      = [getattr(controller.interface, f"bank{n}").lock for n in range(controller.interface.nbanks)]
        refreshes   = [~phase.cs_n & ~phase.ras_n & ~phase.cas_n & phase.we_n for phase in phy.dfi.phases]
        request     = multiplexer.choose_req
        self.comb += [
            self.pin("dram_read")     .eq(request.accept() & request.read()),
            self.pin("dram_write")    .eq(request.accept() & request.write()),
            self.pin("dram_refresh")  .eq(controller.refresher.cmd.valid),
            self.pin("dram_turn")     .eq(~reduce(or_, [multiplexer.fsm.ongoing(state) for state in ["READ", "WRITE", "REFRESH"]])),
            self.pin("dram_queued")   .eq(reduce(or_, locked)),
            self.pin("dram_refreshes").eq(reduce(or_, refreshes)),
        ]

    def pin(self, name: str, width: int = 1) -> Signal:
        """A top-level signal."""
        self.ios[name] = signal = Signal(width, name=name)
        return signal

# Verilog ------------------------------------------------------------------------------------------

def bench_verilog(design: DramBenchDesign) -> str:
    """The design's Verilog, a module called ``dram_bench``."""
    platform = GenericPlatform("simulation", [("unused", 0, Pins(1))], name="dram_bench")
    text     = platform.get_verilog(design, ios=set(design.ios.values()), name="dram_bench")
    if text.data_files:
        raise RuntimeError(f"memories with initial contents: {sorted(text.data_files)}")
    return text.main_source

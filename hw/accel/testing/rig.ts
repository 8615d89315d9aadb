/** For tests: the accelerator and a memory in one module, so that a testbench only talks to it where something is decided. */
import { bit, concatenate, input, module, output, uint } from "../../../gen/index.ts";
import { accelerator } from "../accelerator.ts";
import { dramAddressWidth } from "../memory-parameters.ts";
import type { AcceleratorParameters } from "../parameters.ts";
import { busAddressWidth } from "../register-file.ts";
import { rigMemory, rigStalls } from "./rig-memory.ts";

/** The Wishbone port and the interrupt of the accelerator; for the rest see rig-memory.ts. */
export function rig(parameters: AcceleratorParameters) {
  const address = uint(dramAddressWidth(parameters));
  const word = uint(8 * parameters.dramWordBytes);
  const ports = {
    wb_adr: input(uint(busAddressWidth)),
    wb_dat_w: input(uint(32)),
    wb_dat_r: output(uint(32)),
    wb_stb: input(bit),
    wb_we: input(bit),
    wb_ack: output(bit),
    irq: output(bit),
    stalls: input(rigStalls),
    seed: input(uint(32)),
    reseed: input(bit),
    load: input(bit),
    load_address: input(address),
    load_data: input(word),
    show: output(word),
    first_writable: input(address),
    end_writable: input(uint(address.width + 1)),
    outside: output(bit),
  };
  return module("Rig", ports, (io, m) => {
    const unit = m.instance("unit", accelerator(parameters));
    const memory = m.instance("dram", rigMemory(parameters));
    unit.wb_adr.set(io.wb_adr);
    unit.wb_dat_w.set(io.wb_dat_w);
    unit.wb_cyc.set(io.wb_stb);
    unit.wb_stb.set(io.wb_stb);
    unit.wb_we.set(io.wb_we);
    io.wb_dat_r.set(unit.wb_dat_r);
    io.wb_ack.set(unit.wb_ack);
    io.irq.set(unit.irq);

    const { dramPorts } = parameters;
    memory.stalls.set(io.stalls);
    memory.seed.set(io.seed);
    memory.reseed.set(io.reseed);
    memory.commandValid.set(concatenate(unit.memory_cmd_valid, unit.dram_cmd_valid));
    unit.dram_cmd_ready.set(memory.commandReady.bits(dramPorts - 1, 0));
    unit.memory_cmd_ready.set(memory.commandReady.bit(dramPorts));
    memory.readAddress.set(unit.dram_cmd_addr);
    memory.controlAddress.set(unit.memory_cmd_addr);
    memory.controlWrite.set(unit.memory_cmd_we);
    unit.memory_wdata_ready.set(memory.writeReady);
    memory.writeData.set(unit.memory_wdata_data);
    memory.writeMask.set(unit.memory_wdata_we);
    memory.writeValid.set(unit.memory_wdata_valid);
    unit.dram_rdata_valid.set(memory.dataValid.bits(dramPorts - 1, 0));
    unit.dram_rdata_data.set(memory.data);
    unit.memory_rdata_valid.set(memory.dataValid.bit(dramPorts));
    unit.memory_rdata_data.set(memory.data);
    memory.load.set(io.load);
    memory.loadAddress.set(io.load_address);
    memory.loadData.set(io.load_data);
    io.show.set(memory.show);
    memory.firstWritable.set(io.first_writable);
    memory.endWritable.set(io.end_writable);
    io.outside.set(memory.outside);
  });
}

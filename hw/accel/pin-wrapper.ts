/** A shell around the accelerator with three pins, so that place and route times every path from register to register. */
import { bit, concatenate, input, module, output, uint } from "../../gen/index.ts";
import { accelerator } from "./accelerator.ts";
import type { AcceleratorParameters } from "./parameters.ts";

/** Inputs come from a shift register, outputs are registered and reduced to one bit: a flip-flop at each end of every port. */
export function pinWrapper(parameters: AcceleratorParameters) {
  return module("PinWrapper", { serial_in: input(bit), serial_out: output(bit) }, (io, m) => {
    const unit = m.instance("accelerator", accelerator(parameters));
    const inputs = [
      unit.wb_adr,
      unit.wb_dat_w,
      unit.wb_cyc,
      unit.wb_stb,
      unit.wb_we,
      unit.dram_cmd_ready,
      unit.dram_rdata_valid,
      unit.dram_rdata_data,
      unit.memory_cmd_ready,
      unit.memory_wdata_ready,
      unit.memory_rdata_valid,
      unit.memory_rdata_data,
    ];
    const width = inputs.reduce((sum, port) => sum + port.width, 0);
    const chain = m.register("chain", uint(width), { resettable: false });
    chain.set(concatenate(chain.bits(width - 2, 0), io.serial_in));
    let low = 0;
    for (const port of inputs) {
      port.set(chain.bits(low + port.width - 1, low));
      low += port.width;
    }
    const outputs = concatenate(
      unit.wb_dat_r,
      unit.wb_ack,
      unit.dram_cmd_valid,
      unit.dram_cmd_addr,
      unit.memory_cmd_valid,
      unit.memory_cmd_we,
      unit.memory_cmd_addr,
      unit.memory_wdata_valid,
      unit.memory_wdata_data,
      unit.memory_wdata_we,
      unit.irq,
    );
    const captured = m.register("captured", uint(outputs.width), { resettable: false });
    captured.set(outputs);
    const reduced = m.register("reduced", bit, { resettable: false });
    reduced.set(captured.reduceXor());
    io.serial_out.set(reduced);
  });
}

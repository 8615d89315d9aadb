import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, Random, simulate, type Testbench } from "../../gen/index.ts";
import { accelerator } from "./accelerator.ts";
import type { AcceleratorParameters } from "./parameters.ts";
import { BusMaster, matrixReference, packMatrix, SimulatedDram, type Stalls } from "./simulated-accelerator.ts";

const small: AcceleratorParameters = {
  portBytes: 8, activationBytes: 256, resultDepth: 16, fifoDepth: 16, dramBytes: 65536, buildId: 0xcafe,
};
const simulation = simulate(elaborate(accelerator(small)));

test("first", async () => {
  await simulation.run(async (tb: Testbench) => {
    const random = new Random(1);
    const stalls: Stalls = { command: 0.2, data: 0.2, bus: 0 };
    const rows = Array.from({ length: 13 }, () => Array.from({ length: 100 }, () => random.below(3) - 1));
    const activations = Int8Array.from({ length: 104 }, () => random.below(256) - 128);
    const content = new Uint8Array(65536);
    content.set(packMatrix(rows, 8), 1024);
    const dram = tb.add(new SimulatedDram(tb.engine, content, 8, stalls, random));
    void dram;
    const bus = new BusMaster(tb, random, 0);
    await tb.reset();
    await bus.writeWindow("ACTIVATION", new Uint8Array(activations.buffer));
    await bus.write("WEIGHT_ADDRESS", 1024);
    await bus.write("ROWS", 13);
    await bus.write("COLUMNS", 104);
    await bus.write("MANTISSA", 40000);
    await bus.write("SHIFT", 12);
    await bus.control("START_MATVEC");
    assert.deepEqual(await bus.readResults(13), matrixReference(rows, activations, 40000, 12));
    assert.equal(await bus.finish(), 0);
    console.log(await bus.read("CYCLES"), await bus.read("BEATS"), await bus.read("STALL_WEIGHTS"));
  });
});

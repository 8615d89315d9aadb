/**
 * The netlist is the design: the accelerator after synthesis for an ECP5 runs the lists that its sources run, against the same golden
 * model; and a netlist with one wrong bit in one LUT does not.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, Random, type Simulation } from "../../../gen/index.ts";
import { packModel } from "../../../models/convert/pack.ts";
import { randomCheckpoint } from "../../../models/testing/random-model.ts";
import { configurations } from "../../../boards/configuration.ts";
import { configuredParameters } from "../configured-parameters.ts";
import type { AcceleratorParameters } from "../parameters.ts";
import { ListBench, manyStalls, noStalls, rigParameters } from "../testing/list-bench.ts";
import { rig } from "../testing/rig.ts";
import { cellsCircuit } from "./cells-circuit.ts";
import { flippedLut } from "./mutate.ts";
import { netlistOf, simulateNetlist } from "./simulate-netlist.ts";
import { blockRamModes, cellCounts } from "./synthesise.ts";
import { missingNetlistTools } from "./tools.ts";

const skip = missingNetlistTools();
const timeout = 3_600_000;
const shape = { dimension: 64, intermediate: 128, layers: 1, vocabulary: 300, tokenCount: 262, seed: 1n };
const { model } = packModel(randomCheckpoint(shape), { name: "random", calibrationTokens: 4 });
const module = "ternel_accelerator";

const machines = {
  small: rigParameters(model, { portBytes: 8, dramWordBytes: 8, vectorLanes: 2, columns: 1, dramPorts: 1 }),
  // The memory of the rig holds the model and nothing else.
  ecp5: { ...configuredParameters(configurations.ecp5, 1), dramBytes: 2 ** 20 },
} satisfies Record<string, AcceleratorParameters>;

/** Tokens of a model, with logits and without, and what each leaves in memory and registers. */
async function tokens(simulation: Simulation, parameters: AcceleratorParameters, seed: number, count: number): Promise<void> {
  await simulation.run(async (tb) => {
    const bench = await ListBench.make(tb, parameters, model, { seed, stalls: seed === 1 ? noStalls : manyStalls });
    await bench.loadBuffers();
    const random = new Random(seed);
    for (let step = 0; step < count; step++) await bench.check([random.below(shape.vocabulary)], step % 3 !== 1);
  });
}

for (const [name, parameters] of Object.entries(machines)) {
  test(`${name}: the netlist gives the tokens and logits of the golden model`, { skip, timeout }, async (t) => {
    const circuit = elaborate(rig(parameters));
    const netlist = netlistOf(circuit, module);
    t.diagnostic([...cellCounts(netlist)].map(([kind, count]) => `${count} ${kind}`).join(", "));
    const compared = blockRamModes(netlistOf(cellsCircuit()));
    for (const mode of blockRamModes(netlist)) assert.ok(compared.has(mode), `cells.test.ts does not compare ${mode}`);
    const simulation = simulateNetlist(circuit, { module });
    try {
      await tokens(simulation, parameters, 1, 3);
      await tokens(simulation, parameters, 2, 3);
    } finally {
      simulation.close();
    }
  });
}

test("a netlist with one wrong bit in one LUT gives something else", { skip, timeout }, async (t) => {
  // A bit may belong to inputs that never occur: this seed's does not.
  const parameters = machines.small;
  const simulation = simulateNetlist(elaborate(rig(parameters)), {
    module,
    change: (netlist) => {
      const mutation = flippedLut(netlist, 1);
      t.diagnostic(mutation.description);
      return mutation.netlist;
    },
  });
  try {
    await assert.rejects(tokens(simulation, parameters, 1, 3));
  } finally {
    simulation.close();
  }
});

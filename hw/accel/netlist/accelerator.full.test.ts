/**
 * The netlist is the design: the accelerator after synthesis for an ECP5 runs the lists that its sources run, against the same golden
 * model. That a wrong bit would be seen: matrix-logits.test.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, Random, type Simulation } from "../../../gen/index.ts";
import type { AcceleratorParameters } from "../parameters.ts";
import { ListBench, manyStalls, noStalls } from "../testing/list-bench.ts";
import { rig } from "../testing/rig.ts";
import { cellsCircuit } from "./cells-circuit.ts";
import { netlistOf, simulateNetlist } from "./simulate-netlist.ts";
import { smallParameters, tinyModel, tinyShape } from "./small-accelerator.ts";
import { blockRamModes, cellCounts } from "./synthesise.ts";
import { missingNetlistTools } from "./tools.ts";

const skip = missingNetlistTools();
const timeout = 3_600_000;
const module = "ternel_accelerator";

/** Only the small one has been run; a board's configuration is twice as large. */
const machines = { small: smallParameters } satisfies Record<string, AcceleratorParameters>;

/** Tokens of a model, with logits and without, and what each leaves in memory and registers. */
async function tokens(simulation: Simulation, parameters: AcceleratorParameters, seed: number, count: number): Promise<void> {
  await simulation.run(async (tb) => {
    const bench = await ListBench.make(tb, parameters, tinyModel, { seed, stalls: seed === 1 ? noStalls : manyStalls });
    await bench.loadBuffers();
    const random = new Random(seed);
    for (let step = 0; step < count; step++) await bench.check([random.below(tinyShape.vocabulary)], step % 3 !== 1);
  });
}

for (const [name, parameters] of Object.entries(machines)) {
  test(`${name}: the netlist gives the tokens and logits of the golden model`, { skip, timeout }, async (t) => {
    const circuit = elaborate(rig(parameters));
    const netlist = netlistOf(circuit, module);
    t.diagnostic([...cellCounts(netlist)].map(([kind, count]) => `${count} ${kind}`).join(", "));
    const compared = blockRamModes(netlistOf(cellsCircuit()));
    for (const mode of blockRamModes(netlist)) assert.ok(compared.has(mode), `cells.test.ts does not compare ${mode}`);
    const simulation = simulateNetlist(circuit, { module, build: { optimize: 0 } });
    try {
      await tokens(simulation, parameters, 1, 3);
      await tokens(simulation, parameters, 2, 3);
    } finally {
      simulation.close();
    }
  });
}

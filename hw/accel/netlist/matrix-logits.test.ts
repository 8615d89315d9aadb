/** A small matrix as gates: the matrix unit and the logits unit after synthesis, with the vectors of their sources. With one wrong bit: matrix-logits.full.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate } from "../../../gen/index.ts";
import { checkMatrices, matrixWithLogits } from "../testing/matrix-logits.ts";
import { cellsCircuit } from "./cells-circuit.ts";
import { netlistOf, simulateNetlist } from "./simulate-netlist.ts";
import { blockRamModes, cellCounts } from "./synthesise.ts";
import { missingNetlistTools } from "./tools.ts";

const skip = missingNetlistTools();
const timeout = 1_200_000;
/** What runs for seconds is not worth minutes of the C++ compiler. */
const build = { optimize: 0 } as const;

test("weights in, logits out, as gates", { skip, timeout }, async (t) => {
  const circuit = elaborate(matrixWithLogits());
  const netlist = netlistOf(circuit);
  t.diagnostic([...cellCounts(netlist)].map(([kind, count]) => `${count} ${kind}`).join(", "));
  const compared = blockRamModes(netlistOf(cellsCircuit()));
  for (const mode of blockRamModes(netlist)) assert.ok(compared.has(mode), `cells.test.ts does not compare ${mode}`);
  const simulation = simulateNetlist(circuit, { build });
  try {
    await checkMatrices(simulation);
  } finally {
    simulation.close();
  }
});

/** A small matrix as gates, as in matrix-logits.test.ts, with one wrong bit in one LUT: its vectors notice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, SimulationFailure } from "../../../gen/index.ts";
import { checkMatrices, matrixWithLogits } from "../testing/matrix-logits.ts";
import { flippedLut } from "./mutate.ts";
import { netlistOf, simulateNetlist } from "./simulate-netlist.ts";
import { missingNetlistTools } from "./tools.ts";

const skip = missingNetlistTools();
const timeout = 1_200_000;

test("with one wrong bit in one LUT, something else", { skip, timeout }, async (t) => {
  const circuit = elaborate(matrixWithLogits());
  // A bit may belong to inputs that never occur: that of this seed does not.
  const mutation = flippedLut(netlistOf(circuit), 1);
  t.diagnostic(mutation.description);
  const simulation = simulateNetlist(circuit, { change: () => mutation.netlist, build: { optimize: 0 } });
  try {
    await assert.rejects(checkMatrices(simulation), SimulationFailure);
  } finally {
    simulation.close();
  }
});

/**
 * The models of ecp5-cells.v: memories and multipliers of every kind, as gates, do what their sources do under random stimuli; and with
 * one wrong bit they do not.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CompiledEngine } from "../../../gen/index.ts";
import { compareEngines } from "../../../gen/verify/compare-engines.ts";
import { cellsCircuit, memoryCount } from "./cells-circuit.ts";
import { flippedLut } from "./mutate.ts";
import { netlistOf, simulateNetlist } from "./simulate-netlist.ts";
import { blockRamModes, cellCounts } from "./synthesise.ts";
import { missingNetlistTools } from "./tools.ts";

test("memories and multipliers as gates do what their sources do", { skip: missingNetlistTools(), timeout: 900_000 }, (t) => {
  const circuit = cellsCircuit();
  const netlist = netlistOf(circuit);
  const counts = cellCounts(netlist);
  // It is block RAM and multipliers that are compared here, in every width.
  assert.ok((counts.get("DP16KD") ?? 0) >= memoryCount && (counts.get("MULT18X18D") ?? 0) >= 4, JSON.stringify([...counts]));
  t.diagnostic(`modes: ${[...blockRamModes(netlist)].toSorted().join("; ")}`);
  const gates = simulateNetlist(circuit, { build: { optimize: 0 } });
  t.after(() => {
    gates.close();
  });
  for (let seed = 1; seed <= 5; seed++) {
    const differences = compareEngines(new CompiledEngine(circuit), gates.engine, { seed, cycles: 1000 });
    assert.deepEqual(differences, [], `seed ${seed}`);
  }
});

test("with one wrong bit in one LUT, something else", { skip: missingNetlistTools(), timeout: 900_000 }, (t) => {
  const circuit = cellsCircuit();
  // A bit may belong to inputs that never occur: that of this seed does not.
  const mutation = flippedLut(netlistOf(circuit), 1);
  t.diagnostic(mutation.description);
  const gates = simulateNetlist(circuit, { change: () => mutation.netlist, build: { optimize: 0 } });
  t.after(() => {
    gates.close();
  });
  const differences = compareEngines(new CompiledEngine(circuit), gates.engine, { seed: 1, cycles: 1000, first: true });
  assert.ok(differences.length > 0);
});

/**
 * The longer proofs of equivalence.test.ts. Not among them: the multipliers and what holds some (the solver does not see that two
 * products of different widths are equal), ListFetcher, SquaresAccumulator and MaximumAccumulator (no end within minutes), Executor (one
 * register of 295 stays open), and whatever has a memory (its words have no names in the netlist). accelerator.full.test.ts simulates all.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareNetlist } from "./equivalence.ts";
import { partOf } from "./simulate-netlist.ts";
import { smallAccelerator } from "./small-accelerator.ts";
import { missingNetlistTools } from "./tools.ts";

const skip = missingNetlistTools();

const parts = [
  "AddressWalker",
  "SigmoidArgument",
  "WrappingShift46To24By5",
  "ResultShift57",
  "PassSettings",
  "ColumnScalars",
  "ResultWriter",
  "RegisterFile",
  "StartChecks",
  "CommandChecker",
  "StreamGearbox",
  "StoreGearbox",
  "SquareRoot16",
  "Lane8",
  "RoundingShift32To24By6",
];

for (const name of parts) {
  test(`${name}: netlist and sources are equivalent`, { skip, timeout: 1_800_000 }, (t) => {
    const result = compareNetlist(partOf(smallAccelerator(), name), { seconds: 1200 });
    t.diagnostic(`${result.proved ?? 0} of ${result.pairs ?? 0} registers and ports, ${result.seconds.toFixed(0)} s`);
    assert.equal(result.status, "proved");
  });
}

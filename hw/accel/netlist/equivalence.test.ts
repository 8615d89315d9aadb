/** Parts of the accelerator whose netlist is proved to do what their sources do; and a netlist with one wrong bit, which is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareNetlist } from "./equivalence.ts";
import { flippedLut } from "./mutate.ts";
import { partOf } from "./simulate-netlist.ts";
import { smallAccelerator } from "./small-accelerator.ts";
import { missingNetlistTools } from "./tools.ts";

const skip = missingNetlistTools();
const timeout = 900_000;

/** Those that take seconds; equivalence.full.test.ts has the others. */
const quick = ["TritDecoder", "WordHalves", "CommandSteps", "PassControl", "PassMarks", "Divider16"];

for (const name of quick) {
  test(`${name}: netlist and sources are equivalent`, { skip, timeout }, (t) => {
    const result = compareNetlist(partOf(smallAccelerator(), name), { seconds: 600 });
    t.diagnostic(`${result.proved ?? 0} of ${result.pairs ?? 0} registers and ports, ${result.seconds.toFixed(0)} s`);
    assert.equal(result.status, "proved");
  });
}

test("a netlist with one wrong bit is not proved", { skip, timeout }, (t) => {
  const circuit = partOf(smallAccelerator(), "TritDecoder");
  const result = compareNetlist(circuit, {
    seconds: 600,
    change: (netlist) => {
      const mutation = flippedLut(netlist, 1);
      t.diagnostic(mutation.description);
      return mutation.netlist;
    },
  });
  assert.equal(result.status, "open");
});

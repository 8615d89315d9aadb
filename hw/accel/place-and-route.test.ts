import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate } from "../../gen/index.ts";
import { pinWrapper } from "./pin-wrapper.ts";
import { parseReport, updateTable, type PlaceAndRouteResult } from "./place-and-route.ts";

const report = `
Info:     Total LUT4s:      7593/83640     9%
Info:      Total DFFs:      4800/83640     5%
Info: 	          DP16KD:      15/    208     7%
Info: 	      MULT18X18D:       2/    156     1%
Info: Max frequency for clock '$glbnet$clk': 91.20 MHz (FAIL at 110.00 MHz)
Info: Max frequency for clock '$glbnet$clk': 84.55 MHz (FAIL at 110.00 MHz)
`;

test("the report's last Fmax, the routed one, is taken", () => {
  assert.deepEqual(parseReport(report), { lut4: 7593, ff: 4800, ebr: 15, dsp: 2, fmaxMHz: 84.55 });
  assert.throws(() => parseReport("nothing"), /no Total LUT4s/);
});

test("a configuration's row is replaced, others stay", () => {
  const result: PlaceAndRouteResult = {
    ...parseReport(report),
    config: "arty",
    parameters: "",
    device: "LFE5U-85F, speed 6",
    yosys: "Yosys 0.70",
    nextpnr: "0.11",
    seed: 1,
    seconds: 1,
  };
  const page = "# P\n\n<!-- measured:place-and-route -->\n<!-- end -->\nrest\n";
  const once = updateTable(updateTable(page, result), { ...result, config: "ecp5", lut4: 5000 });
  const twice = updateTable(once, { ...result, lut4: 7000 });
  assert.match(twice, /\| arty \| 7000 \| 4800 \| 15 \| 2 \| 84\.5 \| 1 \|\n\| ecp5 \| 5000 /);
  assert.ok(twice.endsWith("<!-- end -->\nrest\n") && !twice.includes("7593"));
  assert.throws(() => updateTable("no table", result), /has no table/);
});

test("the wrapper has three pins", () => {
  const circuit = elaborate(
    pinWrapper({ portBytes: 8, activationBytes: 64, resultDepth: 16, fifoDepth: 16, dramBytes: 1024, buildId: 0 }),
  );
  const ports = circuit.modules.at(-1)?.signals.filter(({ signal }) => signal.kind === "input" || signal.kind === "output");
  assert.deepEqual(
    ports?.map(({ id }) => id),
    ["serial_in", "serial_out"],
  );
});

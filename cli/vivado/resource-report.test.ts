import assert from "node:assert/strict";
import { test } from "node:test";
import { countCells, devices, fitsIn, resourcesOf } from "./resource-report.ts";

const stat = `
5. Printing statistics.

=== ternel_arty ===

    26891 wires
    31047 cells
      106   $scopeinfo
     1269   CARRY4
       47   DSP48E1
    12248   FDRE
      155   FDSE
     3346   LUT2
     2365   LUT6
      130   RAM32M
       68   RAMB18E1
       15   RAMB36E1
      240   SRL16E

   Estimated number of LCs:      12694
`;

test("cells become resources of the part", () => {
  assert.deepEqual(resourcesOf(countCells(stat)), {
    lut6: 3346 + 2365 + 4 * 130 + 240,
    ff: 12248 + 155,
    ramb36: 49,
    dsp48: 47,
  });
});

test("one kind too many does not fit", () => {
  const used = resourcesOf(countCells(stat));
  assert.ok(fitsIn(used, devices.xc7a35t));
  assert.ok(!fitsIn({ ...used, ramb36: 50.5 }, devices.xc7a35t));
  assert.ok(fitsIn({ ...used, ramb36: 50.5 }, devices.xc7a100t));
});

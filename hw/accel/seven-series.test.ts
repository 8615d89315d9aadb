import assert from "node:assert/strict";
import { test } from "node:test";
import { countCells, fitOf, withoutSimulation } from "./seven-series.ts";

const stat = `
5. Printing statistics.

=== ternel_soc ===

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
  assert.deepEqual(fitOf(countCells(stat), "Yosys 0.70"), {
    part: "XC7A35T",
    yosys: "Yosys 0.70",
    lut6: 3346 + 2365 + 4 * 130 + 240,
    ff: 12248 + 155,
    ramb36: 49,
    dsp48: 47,
  });
});

test("the simulated DRAM's contents shrink, and nothing prints", () => {
  const soc = 'reg [127:0] dram[0:16777215];\nalways begin\n  $display("x");\n  $finish;\n  a <= 1;\nend\n';
  assert.equal(withoutSimulation(soc), "reg [127:0] dram[0:511];\nalways begin\n  a <= 1;\nend\n");
});

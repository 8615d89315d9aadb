import assert from "node:assert/strict";
import { test } from "node:test";
import { TernelError } from "../../models/errors.ts";
import { pathBySignal, readRouteReport } from "./route-report.ts";

const step = (type: string, delay: number, cell: string, net?: string) => ({
  delay,
  type,
  from: { cell, loc: [1, 2], port: "Q" },
  to: { cell: "next", loc: [1, 3], port: "A" },
  ...(net === undefined ? {} : { net }),
});

/** As nextpnr-ecp5 0.11 writes it, shortened. */
const report = {
  critical_paths: [
    { from: "posedge $glbnet$fast", to: "posedge $glbnet$fast", path: [step("clk-to-q", 0.5, "wrong")] },
    { from: "posedge $glbnet$slow", to: "async", path: [step("clk-to-q", 0.5, "wrong")] },
    {
      from: "posedge $glbnet$slow",
      to: "posedge $glbnet$slow",
      path: [
        step("clk-to-q", 0.525, "a_TRELLIS_FF_Q"),
        step("routing", 1.5, "a_TRELLIS_FF_Q", "a"),
        step("logic", 0.25, "b_LUT4_Z", undefined),
        step("routing", 2.25, "b_LUT4_Z", "b"),
        step("setup", 0, "c_TRELLIS_FF_Q"),
      ],
    },
  ],
  fmax: { $glbnet$fast: { achieved: 200, constraint: 100 }, $glbnet$slow: { achieved: 50, constraint: 62.5 } },
  utilization: {
    TRELLIS_COMB: { available: 83640, used: 20000 },
    TRELLIS_FF: { available: 83640, used: 10000 },
    DP16KD: { available: 208, used: 100 },
    MULT18X18D: { available: 156, used: 20 },
  },
};

test("the clock with the least slack comes first, and its own path from register to register", () => {
  const read = readRouteReport(JSON.stringify(report), undefined);
  assert.deepEqual(read.lut4, { used: 20000, available: 83640 });
  assert.deepEqual([read.ff.used, read.ebr.used, read.dsp.used], [10000, 100, 20]);
  assert.deepEqual(read.clocks, [
    { name: "slow", wantedMHz: 62.5, achievedMHz: 50, slackNs: -4, met: false },
    { name: "fast", wantedMHz: 100, achievedMHz: 200, slackNs: 5, met: true },
  ]);
  assert.deepEqual(
    read.criticalPath.map(({ kind, signal, delayNs }) => [kind, signal, delayNs]),
    [
      ["logic", "a", 0.525],
      ["wire", "a", 1.5],
      ["logic", "b", 0.25],
      ["wire", "b", 2.25],
      ["logic", "c", 0],
    ],
  );
  assert.deepEqual(pathBySignal(read.criticalPath), [
    { signal: "a", delayNs: 2.025 },
    { signal: "b", delayNs: 2.5 },
    { signal: "c", delayNs: 0 },
  ]);
});

test("what is not a report is refused, not read as an empty design", () => {
  for (const text of ["", "null", "[]", "{}", JSON.stringify({ ...report, fmax: undefined })])
    assert.throws(
      () => readRouteReport(text, undefined),
      (thrown) => thrown instanceof TernelError && thrown.error === "toolAnswer",
      text,
    );
});

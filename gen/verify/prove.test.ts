import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { bit, elaborate, input, module, output, uint } from "../index.ts";
import { missingProofTools, prove } from "./prove.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;

/** Counts 0 to 9; asserts that it stays at or below `limit`. */
function decade(limit: number) {
  return elaborate(
    module(`Decade${limit}`, { enable: input(bit), count: output(uint(4)) }, (io, m) => {
      const count = m.register("value", uint(4), { init: 0 });
      m.when(io.enable, () => {
        count.set(count.add(1).wrap(4));
        m.when(count.eq(9), () => {
          count.set(0);
        });
      });
      io.count.set(count);
      m.assert(count.le(limit), `the count stays at or below ${limit}`);
      m.cover(count.eq(7), "reaches_seven");
    }),
  );
}

test("proves by induction what holds", { skip }, async () => {
  const result = await prove(decade(9), { depth: 4 });
  assert.equal(result.status, "pass");
});

test("refutes what does not hold, with a waveform", { skip }, async () => {
  const result = await prove(decade(8), { depth: 15 });
  assert.equal(result.status, "fail");
  assert.ok(result.failures.some((failure) => failure.includes("Decade8")));
  assert.ok(result.counterexample !== null && existsSync(result.counterexample));
});

test("a bounded check ends before the failure where it is too short", { skip }, async () => {
  assert.equal((await prove(decade(8), { mode: "bmc", depth: 5 })).status, "pass");
});

test("reaches cover points", { skip }, async () => {
  const result = await prove(decade(9), { mode: "cover", depth: 12 });
  assert.ok(result.status === "pass" && result.traces.length > 0 && result.traces.every((trace) => existsSync(trace)));
  assert.equal((await prove(decade(9), { mode: "cover", depth: 4, name: "cover-short" })).status, "fail");
});

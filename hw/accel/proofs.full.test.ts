/** The proofs that take minutes: the same as in proofs.test.ts, at full widths or further in time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate } from "../../gen/index.ts";
import { missingProofTools, prove } from "../../gen/verify/prove.ts";
import { accumulatorWidth } from "./parameters.ts";
import { blockFifoProof, roundingShiftProof } from "./proofs.ts";
import { parameterWidths } from "./registers.ts";
import { roundingShiftLatency } from "./rounding-shift.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;

test("the rounding shift is S24(R(v, s)) for every product of the largest configuration", { skip }, async () => {
  const width = accumulatorWidth(16384) + parameterWidths.mantissa;
  const result = await prove(elaborate(roundingShiftProof(width)), {
    depth: roundingShiftLatency + 2,
    name: "rounding-shift-full",
  });
  assert.equal(result.status, "pass", JSON.stringify(result));
});

test("the FIFO is a queue for longer than any word of it can wait in a full turn", { skip }, async () => {
  const result = await prove(elaborate(blockFifoProof(2, 4)), {
    mode: "bmc",
    depth: 12,
    engine: "smtbmc --unroll z3",
    name: "fifo-full",
  });
  assert.equal(result.status, "pass", JSON.stringify(result));
});

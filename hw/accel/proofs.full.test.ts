/** The proof that takes about a minute: the FIFO's of proofs.test.ts, further in time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate } from "../../gen/index.ts";
import { missingProofTools, prove } from "../../gen/verify/prove.ts";
import { blockFifoProof } from "./proofs.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;

test("the FIFO is a queue for longer than any word of it can wait in a full turn", { skip }, async () => {
  const result = await prove(elaborate(blockFifoProof(2, 4)), {
    mode: "bmc",
    depth: 12,
    engine: "smtbmc --unroll z3",
    name: "fifo-full",
  });
  assert.equal(result.status, "pass", JSON.stringify(result));
});

/** The proofs of the stream reader that take minutes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate } from "../../gen/index.ts";
import { missingProofTools, prove } from "../../gen/verify/prove.ts";
import { proofParameters, streamOrderProof } from "./memory-proofs.ts";
import { streamReader } from "./stream-reader.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;
const engine = "smtbmc --unroll z3";

test("four ports keep their commands, their room and the order of their turns", { skip }, async () => {
  const result = await prove(elaborate(streamReader(proofParameters(4, 1))), { depth: 3, engine, name: "stream-reader-ports-4" });
  assert.equal(result.status, "pass", JSON.stringify(result));
});

// Bounded: that the ring keeps what was written is no invariant of the ports. The first word can come in cycle 9.
for (const halves of [1, 2] as const) {
  test(`the words come in order, each once, for the first cycles (${halves} port words in a word of DRAM)`, { skip }, async () => {
    const circuit = elaborate(streamOrderProof(proofParameters(2, halves)));
    const result = await prove(circuit, { mode: "bmc", depth: 13, engine, name: `stream-order-${halves}`, timeout: 1200 });
    assert.equal(result.status, "pass", JSON.stringify(result));
  });
}

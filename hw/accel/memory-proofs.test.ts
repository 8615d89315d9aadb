import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, type Definition } from "../../gen/index.ts";
import { missingProofTools, prove } from "../../gen/verify/prove.ts";
import { controlPort } from "./control-port.ts";
import { proofParameters } from "./memory-proofs.ts";
import { streamReader } from "./stream-reader.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;

function proved(title: string, name: string, definition: () => Definition): void {
  test(title, { skip }, async () => {
    const result = await prove(elaborate(definition()), { depth: 3, engine: "smtbmc --unroll z3", name });
    assert.equal(result.status, "pass", JSON.stringify(result));
  });
}

for (const halves of [1, 2] as const) {
  const title = halves === 1 ? "" : ", with two port words in a word of DRAM";
  proved(`the stream reader keeps its commands, its room and the order of its turns${title}`, `stream-reader-${halves}`, () =>
    streamReader(proofParameters(2, halves)),
  );
  proved(`the control port keeps its commands, its room and its data${title}`, `control-port-${halves}`, () =>
    controlPort(proofParameters(2, halves)),
  );
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, simulate } from "../../gen/index.ts";
import { decodeTrits } from "./trit-code.ts";
import { tritDecoder } from "./trit-decoder.ts";

test("the decoder gives the trits of all 256 bytes", () => {
  const { engine } = simulate(elaborate(tritDecoder()));
  for (let byte = 0; byte < 256; byte++) {
    engine.setInput("code", byte);
    const nonzero = Number(engine.get("nonzero"));
    const negative = Number(engine.get("negative"));
    const trits = [0, 1, 2, 3, 4].map((row) => (((nonzero >> row) & 1) === 0 ? 0 : ((negative >> row) & 1) === 0 ? 1 : -1));
    assert.deepEqual(trits, [...decodeTrits(byte)], `byte ${byte}`);
  }
});

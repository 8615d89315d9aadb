import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeTrits, encodeTrits } from "./trit-code.ts";

const allVectors = Array.from({ length: 243 }, (_, index) => [0, 1, 2, 3, 4].map((row) => (Math.floor(index / 3 ** row) % 3) - 1));

test("every vector of five trits has a byte that decodes to it", () => {
  for (const five of allVectors) assert.deepEqual([...decodeTrits(encodeTrits(five))], five);
});

test("every byte decodes to five trits", () => {
  for (let byte = 0; byte < 256; byte++) assert.ok(decodeTrits(byte).every((trit) => [-1, 0, 1].includes(trit)));
});

test("padding is the byte 0", () => {
  assert.equal(encodeTrits([0, 0, 0, 0, 0]), 0);
});

test("what is no byte or no trit is refused", () => {
  for (const byte of [-1, 256, 1.5, Number.NaN]) assert.throws(() => decodeTrits(byte), RangeError);
  for (const trits of [[], [0, 0, 0, 0], [0, 0, 0, 0, 2], [0, 0, 0, 0, 0, 0], [0.5, 0, 0, 0, 0]]) {
    assert.throws(() => encodeTrits(trits), RangeError);
  }
});

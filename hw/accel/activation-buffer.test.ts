import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../gen/index.ts";
import { activationBuffer } from "./activation-buffer.ts";

const bytes = 128;

for (const columns of [8, 16, 32]) {
  const { engine } = simulate(elaborate(activationBuffer(bytes, columns)));

  test(`bytes written in words are read ${columns} at a time`, () => {
    const write = fc.record({ word: fc.nat(bytes / 4 - 1), data: fc.nat(), select: fc.nat(15) });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
        engine.reset();
        const content = new Uint8Array(bytes);
        engine.setInput("read", 0);
        engine.setInput("write", 1);
        for (const { word, data, select } of writes) {
          engine.setInput("writeAddress", word);
          engine.setInput("writeData", data);
          engine.setInput("writeSelect", select);
          engine.step();
          for (let i = 0; i < 4; i++) if (((select >> i) & 1) === 1) content[4 * word + i] = data >> (8 * i);
        }
        engine.setInput("write", 0);
        engine.setInput("read", 1);
        for (let line = 0; line < bytes / columns; line++) {
          engine.setInput("readAddress", line);
          engine.step();
          const expected = [...content.subarray(columns * line, columns * (line + 1))];
          assert.equal(
            engine.get("data"),
            expected.reduce((value, byte, i) => value | (BigInt(byte) << BigInt(8 * i)), 0n),
          );
        }
      }),
      { numRuns: 30 },
    );
  });
}

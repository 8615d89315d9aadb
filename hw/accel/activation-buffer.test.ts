import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../gen/index.ts";
import { activationBuffer } from "./activation-buffer.ts";

const activationBytes = 128;

/** Bytes as one number, the first one lowest. */
function packed(bytes: readonly number[]): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

for (const [portBytes, vectorLanes, columns] of [
  [8, 2, 1],
  [8, 8, 2],
  [8, 16, 2],
  [16, 4, 8],
  [32, 8, 4],
  [64, 16, 1],
] as const) {
  const { engine } = simulate(elaborate(activationBuffer({ portBytes, vectorLanes, columns, activationBytes })));

  test(`groups of ${vectorLanes} are read ${portBytes} at a time from ${columns} columns`, () => {
    const write = fc.record({
      enable: fc.boolean(),
      column: fc.nat(columns - 1),
      group: fc.nat(activationBytes / vectorLanes - 1),
      data: fc.array(fc.nat(255), { minLength: vectorLanes, maxLength: vectorLanes }),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
        engine.reset();
        const content = Array.from({ length: columns }, () => new Uint8Array(activationBytes));
        // What was in the memory before counts as unknown: everything is cleared first.
        const clears = content.flatMap((_, column) =>
          Array.from({ length: activationBytes / vectorLanes }, (__, group) => ({
            enable: true,
            column,
            group,
            data: new Array<number>(vectorLanes).fill(0),
          })),
        );
        for (const { enable, column, group, data } of [...clears, ...writes]) {
          engine.setInput("write_enable", enable ? 1 : 0);
          engine.setInput("write_column", column);
          engine.setInput("write_group", group);
          engine.setInput("write_data", packed(data));
          engine.step();
          if (enable) content[column]?.set(data, group * vectorLanes);
        }
        engine.setInput("write_enable", 0);
        for (let word = 0; word < activationBytes / portBytes; word++) {
          engine.setInput("readAddress", word);
          engine.step();
          for (const [column, bytes] of content.entries()) {
            const expected = packed([...bytes.subarray(portBytes * word, portBytes * (word + 1))]);
            assert.equal(engine.get(`data_${column}`), expected, `column ${column}, word ${word}`);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
}

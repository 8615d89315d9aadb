import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { packTrits } from "../container/trits.ts";
import { rowStride } from "../container/layout.ts";
import { multiplyPacked } from "../reference/multiply-packed.ts";
import { multiplyPairs, pairRows } from "./row-pairs.ts";

test("paired rows give the sums of single ones", () => {
  const matrix = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 600 })).chain(([rows, columns]) =>
    fc.record({
      rows: fc.constant(rows),
      trits: fc.int8Array({ min: -1, max: 1, minLength: rows * columns, maxLength: rows * columns }),
      q: fc.int8Array({ min: -127, max: 127, minLength: columns, maxLength: columns }),
    }),
  );
  fc.assert(
    fc.property(matrix, ({ rows, trits, q }) => {
      const packed = packTrits(trits, rows, q.length);
      assert.deepEqual(
        multiplyPairs(pairRows(trits, rows, q.length), rows, q),
        multiplyPacked(packed, rows, rowStride(q.length), q),
      );
    }),
    { numRuns: 30 },
  );
});

test("the largest sums do not run into each other", () => {
  for (const [t0, t1] of [
    [1, -1],
    [-1, 1],
    [1, 1],
    [-1, -1],
  ] as const) {
    const trits = Int8Array.from({ length: 2 * 1000 }, (_, i) => (i < 1000 ? t0 : t1));
    const sums = multiplyPairs(pairRows(trits, 2, 1000), 2, new Int8Array(1000).fill(-127));
    assert.deepEqual([...sums], [-127_000 * t0, -127_000 * t1]);
  }
});

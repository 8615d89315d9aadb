import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { add, alignUp, divideUp, multiply, within } from "./checked.ts";

const limit = BigInt(Number.MAX_SAFE_INTEGER);
const length = fc.oneof(fc.nat(100), fc.maxSafeNat());
const expected = (value: bigint) => (value <= limit ? Number(value) : undefined);

test("sums, products and alignments are exact or undefined", () => {
  fc.assert(
    fc.property(length, length, fc.integer({ min: 1, max: 4096 }), (a, b, alignment) => {
      const [x, y, z] = [BigInt(a), BigInt(b), BigInt(alignment)];
      assert.equal(add(a, b), expected(x + y));
      assert.equal(multiply(a, b), expected(x * y));
      assert.equal(divideUp(a, alignment), expected((x + z - 1n) / z));
      assert.equal(alignUp(a, alignment), expected(((x + z - 1n) / z) * z));
    }),
  );
});

test("undefined, fractions and negative numbers spoil every result", () => {
  for (const bad of [undefined, -1, 0.5, NaN, Infinity, 2 ** 53]) {
    assert.equal(add(1, bad), undefined);
    assert.equal(multiply(2, bad), undefined);
    assert.equal(alignUp(bad, 4), undefined);
    assert.equal(within(bad, 1, 100), false);
  }
  assert.equal(divideUp(1, 0), undefined);
});

test("within compares the end with the total", () => {
  assert.equal(within(4, 4, 8), true);
  assert.equal(within(5, 4, 8), false);
  assert.equal(within(Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER), false);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bitLength,
  multiplyScales,
  multiplyShift,
  reciprocalSquareRoot,
  roundShift,
  saturate24,
  sumOfSquares,
} from "./arithmetic.ts";

// The definitions of docs/numerics.md, in BigInt.
const exactRound = (v: bigint, s: number): bigint => (s > 0 ? (v + (1n << BigInt(s - 1))) >> BigInt(s) : v << BigInt(-s));
const signed = (bits: number): fc.Arbitrary<number> =>
  fc.bigInt({ min: -(2n ** BigInt(bits)), max: 2n ** BigInt(bits) }).map(Number);
const shift = fc.integer({ min: -6, max: 63 });
const mantissa = fc.integer({ min: 32768, max: 65535 });

test("rounding shift", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 52 }).chain(signed), shift, (v, s) => {
      assert.equal(BigInt(roundShift(v, s)), exactRound(BigInt(v), s));
    }),
    { numRuns: 2000 },
  );
  assert.deepEqual([roundShift(1, 1), roundShift(-1, 1), roundShift(-3, 1), roundShift(5, -2)], [1, 0, -1, 20]);
});

test("rounding shift of a product, beyond 53 bits too", () => {
  fc.assert(
    fc.property(signed(38), signed(17), shift, (a, b, s) => {
      assert.equal(BigInt(multiplyShift(a, b, s)), BigInt(Number(exactRound(BigInt(a) * BigInt(b), s))));
    }),
    { numRuns: 2000 },
  );
  assert.equal(multiplyShift(2 ** 38 - 1, 65535, 40), Number(exactRound(BigInt(2 ** 38 - 1) * 65535n, 40)));
});

test("saturation and bit length", () => {
  assert.deepEqual([0x7f_ffff, 0x80_0000, -0x80_0000, -0x80_0001].map(saturate24), [0x7f_ffff, 0x7f_ffff, -0x80_0000, -0x80_0000]);
  assert.deepEqual([0, 1, 255, 256, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 38].map(bitLength), [0, 1, 8, 9, 32, 32, 33, 39]);
});

test("the product of scales keeps a full mantissa and the value", () => {
  const scale = fc.record({ mantissa, exponent: fc.integer({ min: -64, max: 64 }) });
  fc.assert(
    fc.property(scale, scale, (a, b) => {
      const product = multiplyScales(a, b);
      assert.ok(product.mantissa >= 32768 && product.mantissa <= 65535);
      const ratio = (product.mantissa * 2 ** (a.exponent + b.exponent - product.exponent)) / (a.mantissa * b.mantissa);
      assert.ok(ratio <= 1 && ratio > 1 - 2 ** -15);
    }),
  );
});

test("the reciprocal square root's relative error stays below 2^-14", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }).chain((bits) => fc.bigInt({ min: 1n, max: 2n ** BigInt(bits) - 1n })),
      (v) => {
        const { mantissa: r, exponent } = reciprocalSquareRoot(v);
        assert.ok(r >= 32768 && r <= 65535);
        assert.ok(Math.abs(r * 2 ** -exponent * Math.sqrt(Number(v)) - 1) < 2 ** -14);
      },
    ),
    { numRuns: 2000 },
  );
});

test("the sum of squares is exact", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -0x80_0000, max: 0x7f_ffff }), { maxLength: 300 }), (x) => {
      assert.equal(
        sumOfSquares(Int32Array.from(x)),
        x.reduce((sum, value) => sum + BigInt(value) * BigInt(value), 0n),
      );
    }),
  );
  assert.equal(sumOfSquares(new Int32Array(32768).fill(-0x80_0000)), 2n ** 61n);
});

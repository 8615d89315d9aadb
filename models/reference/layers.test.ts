// RMSNorm and BitLinear against docs/numerics.md sections 2 and 3, written once more in BigInt, formula by formula.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Gain, Scale } from "../container/model.ts";
import { packTrits } from "../container/trits.ts";
import { bitLinear } from "./bit-linear.ts";
import { multiplyPacked } from "./multiply-packed.ts";
import { rmsNorm } from "./norm.ts";

const round = (v: bigint, s: bigint): bigint => (s > 0n ? (v + (1n << (s - 1n))) >> s : v << -s);
const clamp = (v: bigint, low: bigint, high: bigint): bigint => (v < low ? low : v > high ? high : v);
const saturate = (v: bigint): bigint => clamp(v, -(2n ** 23n), 2n ** 23n - 1n);
const bits = (v: bigint): bigint => (v === 0n ? 0n : BigInt(v.toString(2).length));
const shift = (v: bigint, k: bigint): bigint => (k >= 0n ? v >> k : v << -k);

function squareRoot(v: bigint): bigint {
  let root = 0n;
  for (let bit = 1n << 16n; bit > 0n; bit >>= 1n) if ((root + bit) * (root + bit) <= v) root += bit;
  return root;
}

function inverseRoot(v: bigint): [bigint, bigint] {
  const b = bits(v);
  const k = b % 2n === 0n ? b - 32n : b - 31n;
  const r = 2n ** 31n / squareRoot(shift(v, k));
  return [r > 65535n ? 65535n : r, 31n + k / 2n];
}

function product([m1, e1]: [bigint, bigint], [m2, e2]: [bigint, bigint]): [bigint, bigint] {
  const p = m1 * m2;
  return p >= 2n ** 31n ? [p >> 16n, e1 + e2 - 16n] : [p >> 15n, e1 + e2 - 15n];
}

interface Input {
  readonly x: number[];
  readonly gain: number[];
  readonly gainFraction: number;
  readonly epsilon: bigint;
  readonly fraction: number;
  readonly trits: number[][];
  readonly scale: Scale;
}

const element = fc.oneof(fc.integer({ min: -0x80_0000, max: 0x7f_ffff }), fc.integer({ min: -300, max: 300 }), fc.constant(0));
const input: fc.Arbitrary<Input> = fc.integer({ min: 1, max: 24 }).chain((n) =>
  fc.record({
    x: fc.array(element, { minLength: n, maxLength: n }),
    gain: fc.array(fc.oneof(fc.integer({ min: -0x8000, max: 0x7fff }), fc.constant(-0x8000)), { minLength: n, maxLength: n }),
    gainFraction: fc.integer({ min: 0, max: 20 }),
    epsilon: fc.oneof(fc.bigInt({ min: 0n, max: 100_000n }), fc.bigInt({ min: 0n, max: 2n ** 62n - 1n }), fc.constant(0n)),
    fraction: fc.integer({ min: 0, max: 20 }),
    trits: fc.array(fc.array(fc.integer({ min: -1, max: 1 }), { minLength: n, maxLength: n }), { minLength: 1, maxLength: 9 }),
    scale: fc.record({ mantissa: fc.integer({ min: 32768, max: 65535 }), exponent: fc.integer({ min: -64, max: 64 }) }),
  }),
);

const gainOf = ({ gain, gainFraction, epsilon }: Input): Gain => ({
  fraction: gainFraction,
  epsilon,
  values: Int16Array.from(gain),
});
const sumOfSquares = ({ x, epsilon }: Input): bigint => x.reduce((sum, v) => sum + BigInt(v) ** 2n, epsilon);

function expectedNorm(given: Input): number[] {
  const ss = sumOfSquares(given);
  if (ss === 0n) return given.x.map(() => 0);
  const [r, e] = inverseRoot(ss);
  return given.x.map((value, i) => {
    const u = round(BigInt(value) * r, e - 22n);
    return Number(saturate(round(u * BigInt(given.gain[i] ?? 0), 22n + BigInt(given.gainFraction - given.fraction))));
  });
}

function expectedLinear(given: Input): number[] {
  const ss = sumOfSquares(given);
  const g = given.x.map((value, i) => BigInt(value) * BigInt(given.gain[i] ?? 0));
  const largest = g.reduce((max, value) => (value > max ? value : -value > max ? -value : max), 0n);
  if (ss === 0n || largest === 0n) return given.trits.map(() => 0);
  const [r, e] = inverseRoot(ss);
  const k = bits(largest) - 16n;
  const mantissa = shift(largest, k);
  const c = (127n * 2n ** 24n) / mantissa;
  const q = g.map((value) => clamp(round(value * c, 24n + k), -127n, 127n));
  const first = product([BigInt(given.scale.mantissa), BigInt(given.scale.exponent)], [mantissa, -k]);
  const [m, ey] = product(first, [r, e + BigInt(given.gainFraction)]);
  return given.trits.map((row) => {
    const sum = row.reduce((total, trit, i) => total + BigInt(trit) * (q[i] ?? 0n), 0n);
    return Number(saturate(round(sum * m, clamp(ey - BigInt(given.fraction), 0n, 63n))));
  });
}

test("RMSNorm follows its formulas", () => {
  fc.assert(
    fc.property(input, (given) => {
      assert.deepEqual([...rmsNorm(Int32Array.from(given.x), gainOf(given), given.fraction)], expectedNorm(given));
    }),
    { numRuns: 1000 },
  );
});

test("BitLinear follows its formulas", () => {
  fc.assert(
    fc.property(input, (given) => {
      const matrix = {
        rows: given.trits.length,
        columns: given.x.length,
        packed: packTrits(Int8Array.from(given.trits.flat()), given.trits.length, given.x.length),
        scale: given.scale,
      };
      assert.deepEqual([...bitLinear(matrix, Int32Array.from(given.x), gainOf(given), given.fraction)], expectedLinear(given));
    }),
    { numRuns: 1000 },
  );
});

test("the largest sums of both signs do not run into each other", () => {
  const columns = 32_768;
  const signs = [1, -1, -1, 1, -1];
  const packed = packTrits(Int8Array.from(signs.flatMap((sign) => new Array<number>(columns).fill(sign))), 5, columns);
  for (const q of [127, -127, -128]) {
    const expected = signs.map((sign) => sign * q * columns);
    assert.deepEqual([...multiplyPacked(packed, 5, columns, new Int8Array(columns).fill(q))], expected);
  }
});

test("a matrix product is the sum of its products", () => {
  const matrix = fc.integer({ min: 1, max: 40 }).chain((n) =>
    fc.record({
      rows: fc.array(fc.array(fc.integer({ min: -1, max: 1 }), { minLength: n, maxLength: n }), { minLength: 1, maxLength: 11 }),
      q: fc.array(fc.integer({ min: -127, max: 127 }), { minLength: n, maxLength: n }),
    }),
  );
  fc.assert(
    fc.property(matrix, ({ rows, q }) => {
      const expected = rows.map((row) => row.reduce((sum, trit, i) => sum + trit * (q[i] ?? 0), 0));
      const packed = packTrits(Int8Array.from(rows.flat()), rows.length, q.length);
      assert.deepEqual([...multiplyPacked(packed, rows.length, 64, Int8Array.from(q))], expected);
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pipelineBench, signedBorders, type PortValues } from "./pipeline-bench.ts";
import { sigmoidReference } from "./reference.ts";
import { sigmoid, sigmoidLatency } from "./sigmoid.ts";

const lanes = 3;
const run = pipelineBench(sigmoid(lanes), sigmoidLatency, ({ fraction = 0n, ...values }) => {
  const results: Record<string, bigint> = {};
  for (let lane = 0; lane < lanes; lane++) results[`results_${lane}`] = sigmoidReference(values[`values_${lane}`] ?? 0n, fraction);
  return results;
});

/** Each lane gets its own of the values, so that lanes that share a ROM read different words. */
function sets(values: readonly bigint[], fraction: bigint): PortValues[] {
  return values.map((value, i) => ({
    fraction,
    values_0: value,
    values_1: values[values.length - 1 - i] ?? 0n,
    values_2: values[(i + 1) % values.length] ?? 0n,
  }));
}

test("every argument of the table, and a few beyond, with the table's own fraction", () => {
  const values: bigint[] = [];
  for (let value = -66000n; value <= 66000n; value++) values.push(value);
  run(sets(values, 12n));
});

test("borders at every fraction", () => {
  for (let fraction = 0n; fraction <= 20n; fraction++) run(sets(signedBorders(24), fraction));
});

test("around every entry's border at every fraction", () => {
  for (let fraction = 0n; fraction <= 20n; fraction += 4n) {
    const values: bigint[] = [];
    for (let k = -1024n; k <= 1024n; k += 3n) {
      const value = fraction >= 6n ? k * 2n ** (fraction - 6n) : k / 2n ** (6n - fraction);
      for (const near of [-1n, 0n, 1n]) if (value + near < 2n ** 23n && value + near >= -(2n ** 23n)) values.push(value + near);
    }
    run(sets(values, fraction));
  }
});

test("any values", () => {
  const value = fc.tuple(fc.bigInt({ min: -(2n ** 23n), max: 2n ** 23n - 1n }), fc.integer({ min: 0, max: 23 }));
  const values = fc.array(
    value.map(([v, n]) => v >> BigInt(n)),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(values, fc.bigInt({ min: 0n, max: 20n }), (given, fraction) => {
      run(sets(given, fraction));
    }),
    { numRuns: 200 },
  );
});

test("the reference is within 2^-14 of the real function", () => {
  for (let v = -70000; v <= 70000; v += 7) {
    const error = Number(sigmoidReference(BigInt(v), 12n)) / 65536 - 1 / (1 + Math.exp(-v / 4096));
    assert.ok(Math.abs(error) < 2 ** -14, `${v}: ${error}`);
  }
});

import { test } from "node:test";
import fc from "fast-check";
import { pipelineBench, signedBorders } from "./pipeline-bench.ts";
import { squarer, squarerLatency } from "./squarer.ts";

const run = pipelineBench(squarer(), squarerLatency, ({ value = 0n }) => ({ square: value * value }));
const all = Array.from({ length: 2 ** 17 }, (_, i) => BigInt(i));

test("borders of the element and of its parts", () => {
  run(signedBorders(24).map((value) => ({ value })));
  for (let high = -64n; high < 64n; high++)
    run([0n, 1n, 2n, 65535n, 65536n, 65537n, 2n ** 17n - 2n, 2n ** 17n - 1n].map((low) => ({ value: high * 2n ** 17n + low })));
});

test("every low part, with the lowest, a small and the highest high part", () => {
  for (const high of [-64n, -1n, 0n, 63n]) run(all.map((low) => ({ value: high * 2n ** 17n + low })));
});

test("any element", () => {
  const value = fc.bigInt({ min: -(2n ** 23n), max: 2n ** 23n - 1n });
  fc.assert(fc.property(fc.array(fc.record({ value }), { minLength: 1, maxLength: 50 }), run), { numRuns: 200 });
});

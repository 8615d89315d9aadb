import { test } from "node:test";
import fc from "fast-check";
import { laneMultiplier, laneMultiplierLatency, narrowWidth, wideFactorWidth, wideValueWidth } from "./lane-multiplier.ts";
import { pipelineBench, signedBorders, unsignedBorders } from "./pipeline-bench.ts";

const run = pipelineBench(laneMultiplier(), laneMultiplierLatency, ({ value = 0n, factor = 0n, addend = 0n }) => ({
  product: value * factor + addend * 2n ** 16n,
}));

const signedNumber = (width: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: -(2n ** BigInt(width - 1)), max: 2n ** BigInt(width - 1) - 1n });
const wideFactor = fc.bigInt({ min: 0n, max: 2n ** BigInt(wideFactorWidth) - 1n });
const zero: fc.Arbitrary<bigint> = fc.constant(0n);

const one: fc.Arbitrary<bigint> = fc.constant(1n);

/** What may come together. */
const modes = [
  {
    name: "25 x 25 bits",
    borders: { wide: 0n, values: signedBorders(narrowWidth), factors: signedBorders(narrowWidth), addends: [0n] },
    operands: { wide: zero, value: signedNumber(narrowWidth), factor: signedNumber(narrowWidth), addend: zero },
  },
  {
    name: "25 x 17 bits and an addend",
    borders: {
      wide: 0n,
      values: signedBorders(narrowWidth).filter((_, i) => i % 3 === 0),
      factors: [0n, 1n, 65535n, 65536n, 2n ** 17n - 1n],
      addends: signedBorders(24).filter((_, i) => i % 3 === 0),
    },
    operands: { wide: zero, value: signedNumber(narrowWidth), factor: wideFactor, addend: signedNumber(24) },
  },
  {
    name: "40 x 17 bits",
    borders: { wide: 1n, values: signedBorders(wideValueWidth), factors: unsignedBorders(wideFactorWidth), addends: [0n] },
    operands: { wide: one, value: signedNumber(wideValueWidth), factor: wideFactor, addend: zero },
  },
];

for (const { name, borders, operands } of modes) {
  test(`${name}: borders`, () => {
    const { wide, values, factors, addends } = borders;
    for (const addend of addends) for (const factor of factors) run(values.map((value) => ({ wide, value, factor, addend })));
  });
  test(`${name}: any operands`, () => {
    fc.assert(fc.property(fc.array(fc.record(operands), { minLength: 1, maxLength: 50 }), run), { numRuns: 200 });
  });
}

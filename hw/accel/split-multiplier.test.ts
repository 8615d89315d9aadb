import { test } from "node:test";
import fc from "fast-check";
import { signedMultiplier, splitMultiplier, splitMultiplierLatency } from "./split-multiplier.ts";
import { everySigned, pipelineBench, signedBorders, unsignedBorders } from "./vector/pipeline-bench.ts";

const shapes = [
  { width: 24, factorWidth: 17, signed: false, part: 17 },
  { width: 25, factorWidth: 17, signed: false, part: 17 },
  { width: 40, factorWidth: 16, signed: false, part: 17 },
  { width: 23, factorWidth: 16, signed: false, part: 17 },
  { width: 9, factorWidth: 16, signed: false, part: 17 },
  { width: 24, factorWidth: 18, signed: true, part: 17 },
  { width: 24, factorWidth: 24, signed: true, part: 17 },
  { width: 24, factorWidth: 24, signed: false, part: 17 },
  { width: 40, factorWidth: 25, signed: true, part: 17 },
  { width: 64, factorWidth: 64, signed: true, part: 17 },
  { width: 64, factorWidth: 64, signed: false, part: 17 },
] as const;

function bench({ width, factorWidth, signed, part }: { width: number; factorWidth: number; signed: boolean; part: number }) {
  const definition = signed ? signedMultiplier(width, factorWidth, part) : splitMultiplier(width, factorWidth, part);
  return pipelineBench(definition, splitMultiplierLatency, ({ value = 0n, factor = 0n }) => ({ product: value * factor }));
}

for (const shape of shapes) {
  const { width, factorWidth, signed } = shape;
  test(`signed ${width} bits times ${signed ? "signed" : "unsigned"} ${factorWidth} bits`, () => {
    const run = bench(shape);
    const factors = signed ? signedBorders(factorWidth) : unsignedBorders(factorWidth);
    for (const factor of factors) run(signedBorders(width).map((value) => ({ value, factor })));
    const [limit, factorLimit] = [2n ** BigInt(width - 1), 2n ** BigInt(signed ? factorWidth - 1 : factorWidth)];
    const set = fc.record({
      value: fc.bigInt({ min: -limit, max: limit - 1n }),
      factor: fc.bigInt({ min: signed ? -factorLimit : 0n, max: factorLimit - 1n }),
    });
    fc.assert(fc.property(fc.array(set, { minLength: 1, maxLength: 50 }), run), { numRuns: 60 });
  });
}

// Parts of two to four bits: up to four parts of each operand, and sums of up to three products of one weight.
for (const [width, factorWidth, signed, part] of [
  [9, 9, true, 3],
  [9, 8, false, 3],
  [8, 8, true, 2],
  [10, 4, false, 3],
  [3, 10, true, 3],
  [4, 4, true, 4],
  [5, 4, false, 4],
] as const) {
  test(`every product of ${width} and ${factorWidth} bits, ${signed ? "signed" : "unsigned"}, in parts of ${part} bits`, () => {
    const run = bench({ width, factorWidth, signed, part });
    const all = signed ? everySigned(factorWidth) : everySigned(factorWidth + 1).filter((factor) => factor >= 0n);
    run(everySigned(width).flatMap((value) => all.map((factor) => ({ value, factor }))));
  });
}

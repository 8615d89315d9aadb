import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { check, elaborate, input, module, output, simulate, sint } from "../../gen/index.ts";
import { roundingShift, roundingShiftLatency, saturate, type RoundingShiftOptions } from "./rounding-shift.ts";
import { everySigned, pipelineBench, signedBorders } from "./vector/pipeline-bench.ts";
import { rounded, saturatedReference } from "./vector/reference.ts";

function bench(width: number, options: RoundingShiftOptions = {}) {
  return pipelineBench(roundingShift(width, options), roundingShiftLatency, ({ value = 0n, shift = 0n }) => ({
    result: fitted(rounded(value, shift), options),
  }));
}

function fitted(value: bigint, { resultWidth = 24, saturates = true }: RoundingShiftOptions): bigint {
  return saturates ? saturatedReference(value, resultWidth) : BigInt.asIntN(resultWidth, value);
}

const shifts = (width: number): bigint[] => Array.from({ length: 2 ** width }, (_, shift) => BigInt(shift));

/** The widths of the vector unit's lanes and of the rescaler; and the widest value that 24 bits and 6 bits of shift allow. */
const used: readonly (readonly [width: number, options: RoundingShiftOptions])[] = [
  [57, { resultWidth: 25 }],
  [48, { shiftWidth: 5 }],
  [46, { shiftWidth: 5, saturates: false }],
  [39, {}],
  [24, {}],
  [64, {}],
  [87, {}],
];

for (const [width, options] of used) {
  const { shiftWidth = 6, resultWidth = 24, saturates = true } = options;
  const name = `${width} to ${resultWidth} bits, ${saturates ? "saturated" : "cut"}, shifts below ${2 ** shiftWidth}`;
  const run = bench(width, options);
  test(`${name}: borders at every shift`, () => {
    for (const shift of shifts(shiftWidth)) run(signedBorders(width).map((value) => ({ value, shift })));
  });
  test(`${name}: any values, each with its own shift`, () => {
    const limit = 2n ** BigInt(width - 1);
    const set = fc.record({
      // Of every length, so that results of every length come out.
      value: fc
        .tuple(fc.bigInt({ min: -limit, max: limit - 1n }), fc.integer({ min: 0, max: width - 1 }))
        .map(([v, n]) => v >> BigInt(n)),
      shift: fc.bigInt({ min: 0n, max: 2n ** BigInt(shiftWidth) - 1n }),
    });
    fc.assert(fc.property(fc.array(set, { minLength: 1, maxLength: 60 }), run), { numRuns: 100 });
  });
}

for (const [width, resultWidth, shiftWidth, saturates] of [
  [13, 5, 4, true],
  [11, 4, 3, true],
  [7, 7, 6, true],
  [12, 2, 5, true],
  [9, 8, 1, true],
  [13, 5, 4, false],
  [9, 2, 5, false],
] as const) {
  const name = `every value of ${width} bits at every shift of ${shiftWidth} bits, ${saturates ? "saturated" : "cut"} to ${resultWidth} bits`;
  test(name, () => {
    const run = bench(width, { resultWidth, shiftWidth, saturates });
    run(shifts(shiftWidth).flatMap((shift) => everySigned(width).map((value) => ({ value, shift }))));
  });
}

test("saturation of every number of 10 bits to every width", () => {
  for (let width = 2; width <= 12; width++) {
    const ports = { value: input(sint(10)), result: output(sint(width)) };
    const { engine } = simulate(
      elaborate(
        module("Saturation", ports, (io) => {
          io.result.set(saturate(io.value, width));
        }),
      ),
    );
    for (const value of everySigned(10)) {
      engine.setInput("value", value);
      assert.equal(engine.get("result"), saturatedReference(value, width));
    }
  }
});

test("what cannot be built is refused", () => {
  for (const [width, options] of [
    [23, {}],
    [88, {}],
    [40, { shiftWidth: 3 }],
    [40, { shiftWidth: 7 }],
  ] as const)
    assert.throws(() => check(roundingShift(width, options)), RangeError);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../gen/index.ts";
import { lane, laneLatency } from "./lane.ts";
import { accumulatorWidth } from "./parameters.ts";

const products = 8;
const width = accumulatorWidth(64);
const { engine } = simulate(elaborate(lane(products, width)));

interface Beat {
  readonly activations: readonly number[];
  readonly trits: readonly number[];
  /** Whether the sum is added, and whether it begins a row. */
  readonly add: boolean;
  readonly first: boolean;
}

const trit = fc.constantFrom(-1, 0, 1);
const beat: fc.Arbitrary<Beat> = fc.record({
  activations: fc.array(fc.oneof(fc.constantFrom(-128, 127), fc.integer({ min: -128, max: 127 })), {
    minLength: products,
    maxLength: products,
  }),
  trits: fc.oneof(
    fc.array(trit, { minLength: products, maxLength: products }),
    trit.map((one) => new Array<number>(products).fill(one)),
  ),
  add: fc.boolean(),
  first: fc.boolean(),
});

test("a lane adds the products of the beats it is told to add", () => {
  // At most 64 products in a row: the width that the lane was built for.
  fc.assert(
    fc.property(fc.array(beat, { minLength: 1, maxLength: 8 }), (beats) => {
      engine.reset();
      const latency = laneLatency(products);
      let sum: bigint | null = null;
      for (let cycle = 0; cycle < beats.length + latency; cycle++) {
        const now = beats[cycle];
        const bit = (test: (value: number) => boolean): number =>
          (now?.trits ?? []).reduce((bits, value, i) => bits | (test(value) ? 1 << i : 0), 0);
        engine.setInput(
          "activations",
          (now?.activations ?? []).reduce((word, value, i) => word | (BigInt.asUintN(8, BigInt(value)) << BigInt(8 * i)), 0n),
        );
        engine.setInput(
          "nonzero",
          bit((value) => value !== 0),
        );
        engine.setInput(
          "negative",
          bit((value) => value < 0),
        );
        const arriving = beats[cycle - latency];
        engine.setInput("add", arriving?.add === true ? 1 : 0);
        engine.setInput("first", arriving?.first === true ? 1 : 0);
        engine.step();
        if (arriving?.add !== true) continue;
        let product = 0n;
        for (const [i, value] of arriving.trits.entries()) product += BigInt(value) * BigInt(arriving.activations[i] ?? 0);
        sum = arriving.first ? product : sum === null ? null : sum + product;
        if (sum !== null) assert.equal(engine.get("sum"), sum);
      }
    }),
  );
});

test("the sign of a zero trit changes nothing", () => {
  engine.reset();
  engine.setInput("activations", 0xff80_7f01_55aa_12ffn);
  engine.setInput("nonzero", 0);
  engine.setInput("negative", 0b1011_0110);
  engine.step(laneLatency(products));
  engine.setInput("add", 1);
  engine.setInput("first", 1);
  engine.step();
  assert.equal(engine.get("sum"), 0n);
});

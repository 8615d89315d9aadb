import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../../gen/index.ts";
import { maximumAccumulator } from "./maximum-accumulator.ts";

const limit = 2n ** 38n;

for (const lanes of [2, 4, 16]) {
  const { engine } = simulate(elaborate(maximumAccumulator(lanes)));

  /** The maximum that the unit finds; `pauses` lie between the groups. */
  const find = (values: readonly bigint[], pauses: number): bigint => {
    engine.setInput("restart", 1);
    engine.step();
    engine.setInput("restart", 0);
    for (let start = 0; start < values.length; start += lanes) {
      const left = values.length - start;
      engine.setInput("valid", 1);
      engine.setInput("last", left <= lanes ? 1 : 0);
      engine.setInput("used", 2 ** Math.min(lanes, left) - 1);
      // Unused lanes hold what must not count.
      for (let lane = 0; lane < lanes; lane++) engine.setInput(`group_${lane}`, values[start + lane] ?? limit);
      engine.step();
      engine.setInput("valid", 0);
      engine.step(pauses);
    }
    assert.notEqual(engine.stepUntil("done", 1, 3 * lanes + 5), null, "it comes to an end");
    engine.step(3);
    return engine.get("maximum");
  };

  test(`${lanes} lanes: the largest absolute value, wherever it is`, () => {
    const value = fc.oneof(
      fc.bigInt({ min: -limit, max: limit }),
      fc.bigInt({ min: -4n, max: 4n }),
      fc.constantFrom(limit, -limit, limit - 1n, 1n - limit),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 * lanes }), fc.integer({ min: 0, max: 2 }), (values, pauses) => {
        const expected = values.reduce((most, each) => (each > most ? each : -each > most ? -each : most), 0n);
        assert.equal(find(values, pauses), expected);
      }),
      { numRuns: 150 },
    );
  });

  test(`${lanes} lanes: in each place`, () => {
    for (let place = 0; place < 2 * lanes; place++) {
      for (const value of [7n, -7n, -limit]) {
        const values = Array.from({ length: 2 * lanes }, (_, i) => (i === place ? value : BigInt((i % 13) - 6)));
        assert.equal(find(values, 0), value < 0n ? -value : value);
      }
    }
  });
}

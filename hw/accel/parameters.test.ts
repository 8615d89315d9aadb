import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configurations } from "../../boards/configuration.ts";
import { accelerator } from "./accelerator.ts";
import { configuredParameters } from "./configured-parameters.ts";
import {
  accumulatorWidth,
  checkParameters,
  ParameterError,
  parameterProblems,
  summary,
  type AcceleratorParameters,
} from "./parameters.ts";

const good: AcceleratorParameters = {
  portBytes: 16,
  activationBytes: 4096,
  resultDepth: 512,
  fifoDepth: 128,
  dramBytes: 2 ** 28,
  buildId: 7,
};

test("every configuration can be built", () => {
  for (const configuration of Object.values(configurations)) {
    assert.deepEqual(parameterProblems(configuredParameters(configuration, 0)), []);
  }
});

test("a wrong parameter is named with the values it may have", () => {
  const wrong: readonly (readonly [Partial<AcceleratorParameters>, RegExp])[] = [
    [{ portBytes: 12 }, /portBytes is 12: it must be a power of two from 8 to 64/],
    [{ portBytes: 128 }, /portBytes is 128/],
    [{ activationBytes: 16 }, /activationBytes is 16: it must be a power of two from 32 to 16384/],
    [{ activationBytes: 32768 }, /activationBytes is 32768/],
    [{ activationBytes: 100 }, /activationBytes is 100/],
    [{ resultDepth: 8 }, /resultDepth is 8/],
    [{ fifoDepth: Number.NaN }, /fifoDepth is NaN/],
    [{ dramBytes: 2 ** 33 }, /dramBytes is 8589934592/],
    [{ buildId: 2 ** 32 }, /buildId is 4294967296/],
    [{ buildId: -1 }, /buildId is -1/],
  ];
  for (const [change, message] of wrong) {
    const parameters = { ...good, ...change };
    assert.equal(parameterProblems(parameters).length, 1);
    assert.throws(() => checkParameters(parameters), message);
    assert.throws(() => accelerator(parameters), ParameterError);
  }
});

test("all problems are reported together", () => {
  assert.equal(parameterProblems({ ...good, portBytes: 1, fifoDepth: 1, resultDepth: 1 }).length, 3);
});

test("a configuration whose columns are not its buffer is refused", () => {
  const { arty } = configurations;
  assert.throws(
    () => configuredParameters({ ...arty, accelerator: { ...arty.accelerator, columnsMax: 100 } }, 0),
    /columnsMax is 100 and activationBytes/,
  );
});

test("accumulators hold the extreme sums, and not one bit more than they need", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 20 }), (columns) => {
      const limit = 2n ** BigInt(accumulatorWidth(columns) - 1);
      const largest = 128n * BigInt(columns);
      assert.ok(largest < limit && -largest >= -limit);
      assert.ok(largest >= limit / 2n);
    }),
  );
});

test("every prefix of every short row stays inside the accumulator", () => {
  for (let columns = 1; columns <= 3; columns++) {
    const limit = 2 ** (accumulatorWidth(columns) - 1);
    for (let last = 0, sums = new Set([0]); last < columns; last++) {
      const next = new Set<number>();
      for (const sum of sums) for (let product = -128; product <= 128; product++) next.add(sum + product);
      sums = next;
      for (const sum of sums) assert.ok(sum >= -limit && sum < limit);
    }
  }
});

test("accumulators beyond 32 bits are refused", () => {
  assert.equal(accumulatorWidth(2 ** 23), 32);
  assert.throws(() => accumulatorWidth(2 ** 24), /need 33 bits/);
  assert.throws(() => accumulatorWidth(0), RangeError);
});

test("the summary names what was built", () => {
  assert.match(summary(good), /^128-bit port: 80 products a cycle, up to 4096 columns and 524287 rows, 21-bit accumulators/);
});

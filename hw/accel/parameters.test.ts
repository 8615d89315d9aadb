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
  dramWordBytes: 16,
  vectorLanes: 4,
  columns: 1,
  dramPorts: 2,
  fifoDepth: 1024,
  rowBytes: 2048,
  vectorElements: 8192,
  activationBytes: 4096,
  stateElements: 2048,
  topK: 64,
  resultDepth: 16,
  watchdogCycles: 2 ** 20,
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
    [{ portBytes: 12, dramWordBytes: 12 }, /portBytes is 12: it must be a power of two from 8 to 64/],
    [{ portBytes: 128, dramWordBytes: 128 }, /portBytes is 128/],
    [{ dramWordBytes: 64 }, /dramWordBytes is 64: it must be portBytes, 16, or twice as many/],
    [{ vectorLanes: 32 }, /vectorLanes is 32/],
    [{ portBytes: 8, vectorLanes: 16 }, /vectorLanes is 16: it must not be above portBytes, 8/],
    [{ columns: 3 }, /columns is 3: it must be a power of two from 1 to 8/],
    [{ dramPorts: 8 }, /dramPorts is 8/],
    [{ fifoDepth: Number.NaN }, /fifoDepth is NaN/],
    [{ rowBytes: 100 }, /rowBytes is 100/],
    [{ vectorElements: 100 }, /vectorElements is 100: it must be a multiple of 64 from 64 to 32768/],
    [{ activationBytes: 16, portBytes: 8 }, /activationBytes is 16: it must be a power of two from 64 to 16384/],
    [{ activationBytes: 32768 }, /activationBytes is 32768/],
    [{ activationBytes: 64, portBytes: 64, dramWordBytes: 64 }, /activationBytes is 64: it must be at least 2 \* portBytes, 128/],
    [{ stateElements: 0 }, /stateElements is 0/],
    [{ topK: 65 }, /topK is 65: it must be a number from 0 to 64/],
    [{ resultDepth: 8 }, /resultDepth is 8/],
    [{ watchdogCycles: 1000 }, /watchdogCycles is 1000: it must be a power of two from 512 to 16777216/],
    [{ watchdogCycles: 4096 }, /watchdogCycles is 4096: a command may take 6400 without a word/],
    [{ dramBytes: 2 ** 33 }, /dramBytes is 8589934592/],
    [{ dramBytes: 2 ** 32, portBytes: 16 }, /dramBytes is 4294967296: it must not be above 2\^26 port words/],
    [{ dramBytes: 4096 }, /dramBytes is 4096: less than two rows of 2048 bytes for each of 2 ports/],
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
  assert.equal(parameterProblems({ ...good, portBytes: 1, dramWordBytes: 1, fifoDepth: 1, resultDepth: 1 }).length, 3);
});

test("a configuration whose port is not its DRAM's is refused", () => {
  const { arty } = configurations;
  assert.throws(
    () => configuredParameters({ ...arty, accelerator: { ...arty.accelerator, portBytes: 8 } }, 0),
    /portBytes is 8, but DRAM gives 16 bytes a cycle/,
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
  assert.match(
    summary(good),
    /^128-bit port: 80 products a cycle in 1 column, rows of up to 4096, at most 524287 of them, 21-bit accumulators, 4 vector lanes/,
  );
});

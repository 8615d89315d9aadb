import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, simulate } from "../../../gen/index.ts";
import { divider, dividerCycles } from "./divider.ts";

function bench(width: number) {
  const { engine } = simulate(elaborate(divider(width)));
  return {
    engine,
    divide: (numerator: number, divisor: number): number => {
      engine.setInput("numerator", numerator);
      engine.setInput("divisor", divisor);
      engine.setInput("start", 1);
      engine.step();
      engine.setInput("start", 0);
      // The numerator has been copied.
      engine.setInput("numerator", (2 ** width - 1) ^ numerator);
      engine.step(dividerCycles(width) - 2);
      assert.deepEqual([engine.get("done"), engine.get("busy")], [0n, 1n]);
      engine.step();
      assert.deepEqual([engine.get("done"), engine.get("busy")], [1n, 0n]);
      return Number(engine.get("quotient"));
    },
  };
}

// 2^31 / s and 127 * 2^24 / M' of docs/numerics.md: 2^16 divisions, all that there are.
test("both numerators, every divisor of 16 bits", () => {
  const { divide } = bench(16);
  for (let divisor = 2 ** 15; divisor < 2 ** 16; divisor++) {
    const root = divide(2 ** 15, divisor);
    const factor = divide(127 * 2 ** 8, divisor);
    if (root !== Math.min(Math.floor(2 ** 31 / divisor), 65535)) assert.fail(`2^31 / ${divisor}: ${root}`);
    if (factor !== Math.floor((127 * 2 ** 24) / divisor)) assert.fail(`127 * 2^24 / ${divisor}: ${factor}`);
  }
});

test("every numerator and divisor of 8 bits", () => {
  const { divide } = bench(8);
  for (let divisor = 128; divisor < 256; divisor++) {
    for (let numerator = 0; numerator <= divisor; numerator++)
      assert.equal(divide(numerator, divisor), Math.min(Math.floor((numerator * 256) / divisor), 255), `${numerator} / ${divisor}`);
  }
});

test("the quotient holds; a start while it is busy begins anew", () => {
  const { engine, divide } = bench(16);
  const quotient = divide(20000, 50000);
  engine.step(100);
  assert.equal(engine.get("quotient"), BigInt(quotient));
  assert.equal(engine.get("done"), 0n, "done is a pulse");
  for (const cycles of [1, 2, 7, 8]) {
    engine.setInput("numerator", 1);
    engine.setInput("start", 1);
    engine.step();
    engine.setInput("start", 0);
    engine.step(cycles);
    assert.equal(divide(32512, 40000), Math.floor((32512 * 65536) / 40000));
  }
});

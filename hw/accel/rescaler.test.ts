import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../gen/index.ts";
import { rescaler, rescalerLatency } from "./rescaler.ts";
import { rescaleReference } from "./reference.ts";

const width = 23;
const { engine } = simulate(elaborate(rescaler(width)));
const largest = 2 ** (width - 1) - 1;

/** Sends the values one a cycle and returns what comes out, in order. */
function rescale(values: readonly number[], mantissa: number, shift: number): bigint[] {
  engine.reset();
  engine.setInput("mantissa", mantissa);
  engine.setInput("shift", shift);
  const results: bigint[] = [];
  for (let cycle = 0; cycle < values.length + rescalerLatency; cycle++) {
    const value = values[cycle];
    engine.setInput("valid", value === undefined ? 0 : 1);
    engine.setInput("value", value ?? 0);
    if (engine.get("resultValid") === 1n) results.push(engine.get("result"));
    engine.step();
  }
  if (engine.get("resultValid") === 1n) results.push(engine.get("result"));
  return results;
}

function check(values: readonly number[], mantissa: number, shift: number): void {
  const expected = values.map((value) => rescaleReference(BigInt(value), BigInt(mantissa), BigInt(shift)));
  assert.deepEqual(rescale(values, mantissa, shift), expected, `mantissa ${mantissa}, shift ${shift}`);
}

test("random values, mantissas and shifts", () => {
  const value = fc.oneof(fc.integer({ min: -largest - 1, max: largest }), fc.integer({ min: -300, max: 300 }));
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 0, max: 65535 }),
      fc.integer({ min: 0, max: 63 }),
      check,
    ),
    { numRuns: 300 },
  );
});

test("borders of values and mantissas at every shift", () => {
  const borders = [0, 1, 2, 127, 128, 255, 256, 2 ** 21 - 1, 2 ** 21, largest - 1, largest].flatMap((value) => [value, -value]);
  for (let shift = 0; shift < 64; shift++) {
    for (const mantissa of [0, 1, 2, 3, 32767, 32768, 32769, 65534, 65535]) check([...borders, -largest - 1], mantissa, shift);
  }
});

test("every value of a window, halves included, rounds upwards at the half", () => {
  const all = Array.from({ length: 4096 }, (_, i) => i - 2048);
  for (const shift of [0, 1, 2, 5, 12]) check(all, 1, shift);
  for (const shift of [15, 16, 17, 20]) check(all, 32768, shift);
});

test("what is cleared does not come out", () => {
  engine.reset();
  engine.setInput("valid", 1);
  engine.step(3);
  engine.setInput("valid", 0);
  engine.setInput("clear", 1);
  engine.step();
  engine.setInput("clear", 0);
  for (let cycle = 0; cycle < 2 * rescalerLatency; cycle++) {
    assert.equal(engine.get("resultValid"), 0n);
    engine.step();
  }
});

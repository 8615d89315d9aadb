import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../../gen/index.ts";
import { bitLength, quantiseReference, reciprocalSquareRootReference, rounded, scaled } from "./reference.ts";
import { factorCycles, rootCycles, scalarUnit, scaleCycles } from "./scalar-unit.ts";

const { engine } = simulate(elaborate(scalarUnit()));

interface Quantisation {
  readonly maximum: bigint;
  readonly mantissa: bigint;
  readonly exponent: bigint;
  readonly gainFraction: bigint;
  readonly fractionOut: bigint;
}

function get<const Name extends string>(...names: readonly Name[]): Record<Name, bigint> {
  return Object.fromEntries(names.map((name) => [name, engine.get(name)])) as Record<Name, bigint>;
}

/** One cycle with the start, and the one after it with the inputs, which are something else before and afterwards. */
function start(name: "startRoot" | "startScale", inputs: Readonly<Record<string, bigint>>): void {
  const spoil = (): void => {
    for (const [port, value] of Object.entries(inputs)) engine.setInput(port, value === 0n ? 1 : 0);
  };
  spoil();
  engine.setInput(name, 1);
  engine.step();
  engine.setInput(name, 0);
  for (const done of name === "startRoot" ? ["rootDone"] : ["factorDone", "scaleDone"]) assert.equal(engine.get(done), 0n, done);
  for (const [port, value] of Object.entries(inputs)) engine.setInput(port, value);
  engine.step();
  spoil();
}

/** Cycles since the start until the output is 1; two have passed. */
function until(output: string, most: number): number {
  for (let cycles = 2; cycles <= most; cycles++) {
    if (engine.get(output) === 1n) return cycles;
    assert.equal(engine.get("busy"), 1n);
    engine.step();
  }
  assert.fail(`no ${output} after ${most} cycles`);
}

function root(squares: bigint, epsilon: bigint): { readonly mantissa: bigint; readonly shift: bigint; readonly cycles: number } {
  start("startRoot", { squares, epsilon });
  const cycles = until("rootDone", rootCycles);
  return { mantissa: engine.get("rootMantissa"), shift: engine.get("rootShift"), cycles };
}

function checkRoot(squares: bigint, epsilon: bigint): number {
  const { mantissa, shift, cycles } = root(squares, epsilon);
  const sum = squares + epsilon;
  const expected = sum === 0n ? { mantissa: 0n, exponent: 16n } : reciprocalSquareRootReference(sum);
  assert.deepEqual({ mantissa, exponent: shift + 16n }, expected, `1 / sqrt ${sum}`);
  return cycles;
}

/** Checks the outputs of startScale, for the root of `sum` that is there; returns the cycles. */
function checkScale(sum: bigint, given: Quantisation): readonly [factor: number, scale: number] {
  start("startScale", { ...given });
  const factorAfter = until("factorDone", factorCycles);
  const factor = get("factor", "factorShift");
  const scaleAfter = factorAfter - 2 + until("scaleDone", scaleCycles - factorAfter + 2);
  const { maximum, mantissa, exponent, gainFraction, fractionOut } = given;
  const expected = quantiseReference(sum, maximum, { mantissa, exponent }, gainFraction, fractionOut);
  assert.deepEqual(
    { ...factor, mantissa: engine.get("rescaleMantissa"), shift: engine.get("rescaleShift") },
    { factor: expected.factor, factorShift: expected.factorShift, mantissa: expected.mantissa, shift: expected.shift },
  );
  assert.deepEqual(get("factor", "factorShift"), factor, "the factor holds");
  assert.equal(engine.get("busy"), 0n);
  return [factorAfter, scaleAfter];
}

/** Numbers of up to `width` bits, every length as likely as the others. */
const ofAnyLength = (width: number): fc.Arbitrary<bigint> =>
  fc
    .integer({ min: 0, max: width })
    .chain((length) => fc.bigInt({ min: length === 0 ? 0n : 2n ** BigInt(length - 1), max: 2n ** BigInt(length) - 1n }));
const fraction = fc.bigInt({ min: 0n, max: 20n });
const quantisation: fc.Arbitrary<Quantisation> = fc.record({
  maximum: ofAnyLength(40),
  mantissa: fc.bigInt({ min: 32768n, max: 65535n }),
  exponent: fc.oneof(fc.bigInt({ min: -60n, max: 90n }), fc.bigInt({ min: -32768n, max: 32767n })),
  gainFraction: fraction,
  fractionOut: fraction,
});

test("any sums, maxima and scales", () => {
  fc.assert(
    fc.property(
      ofAnyLength(63),
      ofAnyLength(62),
      fc.array(quantisation, { minLength: 1, maxLength: 3 }),
      (squares, epsilon, all) => {
        checkRoot(squares, epsilon);
        for (const one of all) checkScale(squares + epsilon, one);
      },
    ),
    { numRuns: 1000 },
  );
});

test("every length of the sum and of the maximum, with all ones and all zeros behind the first", () => {
  let [rootMost, factorMost, scaleMost] = [0, 0, 0];
  const scale = { mantissa: 40000n, exponent: 20n, gainFraction: 7n, fractionOut: 11n };
  for (let length = 0n; length < 64n; length++) {
    for (const sum of [2n ** length, 2n ** length - 1n, 2n ** length + 1n]) rootMost = Math.max(rootMost, checkRoot(sum, 0n));
  }
  for (let length = 0n; length < 40n; length++) {
    for (const maximum of [2n ** length, 2n ** (length + 1n) - 1n]) {
      const [factorAfter, scaleAfter] = checkScale(2n ** 63n + 1n, { ...scale, maximum });
      factorMost = Math.max(factorMost, factorAfter);
      scaleMost = Math.max(scaleMost, scaleAfter);
    }
  }
  assert.deepEqual([rootMost, factorMost, scaleMost], [rootCycles, factorCycles, scaleCycles], "the stated cycles are reached");
});

test("the sum carries over all of its bits", () => {
  checkRoot(2n ** 63n - 1n, 1n);
  checkRoot(1n, 2n ** 62n - 1n);
  checkRoot(2n ** 32n - 1n, 1n);
});

test("zero: no squares and no epsilon, or no maximum, or both", () => {
  const scale = { mantissa: 40000n, exponent: 20n, gainFraction: 7n, fractionOut: 11n };
  for (const sum of [0n, 12345n]) {
    for (const maximum of [0n, 5n, 2n ** 39n]) {
      // The outputs were something else before.
      checkRoot(99n, 3n);
      checkScale(102n, { ...scale, maximum: 777n });
      assert.notEqual(engine.get("factor"), 0n);
      checkRoot(sum, 0n);
      checkScale(sum, { ...scale, maximum });
      if (sum !== 0n && maximum !== 0n) continue;
      assert.deepEqual(get("factor", "factorShift", "rescaleMantissa", "rescaleShift"), {
        factor: 0n,
        factorShift: 0n,
        rescaleMantissa: 0n,
        rescaleShift: 0n,
      });
    }
  }
});

test("the root of 16 bits for every mantissa: all sums of 31 and 32 bits around a square", () => {
  for (let s = 2n ** 15n; s < 2n ** 16n; s += 37n) checkRoot(s * s, 0n);
  for (const s of [2n ** 15n, 2n ** 15n + 1n, 2n ** 16n - 1n]) for (const near of [-1n, 0n, 1n]) checkRoot(s * s + near, 0n);
});

test("the outputs hold, the root over a scale as well", () => {
  checkRoot(1000n, 1n);
  const held = get("rootMantissa", "rootShift", "rootDone");
  checkScale(1001n, { maximum: 2n ** 38n, mantissa: 32768n, exponent: 0n, gainFraction: 0n, fractionOut: 20n });
  const scale = get("factor", "factorShift", "factorDone", "rescaleMantissa", "rescaleShift", "scaleDone");
  engine.step(100);
  assert.deepEqual(get("rootMantissa", "rootShift", "rootDone"), held);
  assert.deepEqual(get("factor", "factorShift", "factorDone", "rescaleMantissa", "rescaleShift", "scaleDone"), scale);
  checkRoot(5n, 0n);
  assert.deepEqual(get("factor", "factorShift", "factorDone", "rescaleMantissa", "rescaleShift", "scaleDone"), scale);
});

test("a start while the unit is busy begins anew", () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      ofAnyLength(63),
      ofAnyLength(63),
      fc.integer({ min: 0, max: rootCycles }),
      quantisation,
      (scaleFirst, first, second, cycles, given) => {
        checkRoot(first, 0n);
        if (scaleFirst) start("startScale", { ...given });
        else start("startRoot", { squares: second, epsilon: 1n });
        engine.step(cycles);
        // A scale that begins anew, or the root whatever ran before.
        if (scaleFirst && first % 2n === 0n) {
          checkScale(first, { ...given, maximum: given.maximum / 3n });
        } else {
          checkRoot(second, 7n);
          checkScale(second + 7n, given);
        }
      },
    ),
    { numRuns: 500 },
  );
});

// Of the result, not of the unit: with root s and r from it, r * sqrt(y) / 2^31 lies within 2^-14 of 1 for all y from s^2 to (s + 1)^2.
test("the relative error is below 2^-14 for every root", () => {
  for (let s = 2n ** 15n; s < 2n ** 16n; s++) {
    const { mantissa } = reciprocalSquareRootReference(s * s);
    assert.equal(bitLength(mantissa), 16n);
    assert.ok(mantissa * s * 2n ** 14n > 2n ** 31n * (2n ** 14n - 1n), `${s}: too small`);
    assert.ok(mantissa * (s + 1n) * 2n ** 14n < 2n ** 31n * (2n ** 14n + 1n), `${s}: too large`);
  }
});

// Of the result as well: the vector unit cuts R(g * c, 24 + k) to 8 bits without a clamp.
test("no activation leaves -127 to 127, for every M' and the largest |g| that has it", () => {
  for (let k = -15n; k <= 24n; k++) {
    for (let mantissa = 2n ** 15n; mantissa < 2n ** 16n; mantissa += k === 24n ? 1n : 53n) {
      const largest = k > 0n ? (mantissa + 1n) * 2n ** k - 1n : scaled(mantissa, k);
      if (largest === 0n) continue;
      const { factor, factorShift } = quantiseReference(1n, largest, { mantissa: 32768n, exponent: 0n }, 0n, 0n);
      assert.equal(rounded(largest * factor, factorShift), 127n);
      assert.equal(rounded(-largest * factor, factorShift), -127n);
    }
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { limits } from "../container/format.ts";
import { TernelError } from "../errors.ts";
import { floatModel, FloatSequence } from "../float/model.ts";
import { ReferenceEngine } from "../reference/engine.ts";
import { randomCheckpoint } from "../testing/random-model.ts";
import { chooseFractions } from "./calibrate.ts";
import { packModel } from "./pack.ts";
import { gainOf, largestFraction, scaleOf } from "./scales.ts";
import { lowerBounds, quantiseRows, ternarise } from "./ternarise.ts";

const floats = (smallest: number, largest: number): fc.Arbitrary<Float32Array> =>
  fc
    .array(fc.float({ min: Math.fround(smallest), max: Math.fround(largest), noNaN: true }), { minLength: 1, maxLength: 40 })
    .map((list) => Float32Array.from(list));

test("ternarise rounds W / mean|W| to -1, 0, 1", () => {
  fc.assert(
    fc.property(floats(-3, 3), (weights) => {
      const { trits, mean } = ternarise(weights);
      assert.equal(mean, Math.max(weights.reduce((sum, weight) => sum + Math.abs(weight), 0) / weights.length, 1e-5));
      weights.forEach((weight, i) => {
        const ratio = weight / mean;
        if (Math.abs(Math.abs(ratio) - 0.5) < 1e-9) return;
        assert.equal(trits[i], Math.max(-1, Math.min(1, Math.round(ratio))) + 0);
      });
    }),
  );
  assert.deepEqual(ternarise(new Float32Array(3)), { trits: new Int8Array(3), mean: 1e-5 });
});

test("embedding rows are within half a step, whatever their size", () => {
  fc.assert(
    fc.property(floats(-100, 100), (row) => {
      const { values, steps } = quantiseRows(row, row.length);
      row.forEach((weight, i) => {
        assert.ok(Math.abs((values[i] ?? 0) * (steps[0] ?? 0) - weight) <= (steps[0] ?? 0) * 0.5001);
      });
    }),
  );
});

test("lower bounds begin at 0, rise from layer to layer and stay below 1", () => {
  const bounds = lowerBounds(Float32Array.of(0, 5, 0, -5, 0, 0), 3);
  assert.deepEqual(bounds[0], new Float64Array(2));
  assert.ok(Math.abs((bounds[1]?.[0] ?? 0) - 1 / 3) < 1e-12 && Math.abs((bounds[2]?.[0] ?? 0) - 2 / 3) < 1e-12);
  assert.ok((bounds[1]?.[1] ?? 1) < (bounds[2]?.[1] ?? 0) && (bounds[2]?.[1] ?? 1) < 0.01);
});

test("a scale is the nearest one, and within its limits", () => {
  fc.assert(
    fc.property(fc.integer({ min: -40, max: 60 }), fc.double({ min: 1, max: 2, noNaN: true }), (exponent, factor) => {
      const value = factor * 2 ** exponent;
      const scale = scaleOf(value, "x");
      assert.ok(scale.mantissa >= 32_768 && scale.mantissa <= 65_535 && Math.abs(scale.exponent) <= limits.scaleExponent);
      assert.ok(Math.abs((scale.mantissa * 2 ** -scale.exponent) / value - 1) <= 2 ** -16);
    }),
  );
  assert.deepEqual(scaleOf(0, "x"), { mantissa: 32_768, exponent: limits.scaleExponent });
  assert.deepEqual(scaleOf(65_535.9 * 2 ** -10, "x"), { mantissa: 32_768, exponent: 9 });
  assert.throws(() => scaleOf(2 ** 100, "embedding"), new TernelError("packScale", "embedding"));
});

test("a gain fills its 16 bits", () => {
  const gain = gainOf(Float32Array.of(0.5, -1, 0.25, 0), 10, "norm");
  assert.deepEqual([gain.fraction, [...gain.values], gain.epsilon], [13, [8192, -16384, 4096, 0], 4n]);
  assert.equal(gainOf(new Float32Array(4), 10, "norm").fraction, limits.fraction);
  assert.throws(() => gainOf(Float32Array.of(40_000), 10, "norm"), new TernelError("packGain", "norm"));
});

test("fractions leave three bits of headroom, and products' fractions stay below the sum of their factors'", () => {
  assert.deepEqual([largestFraction(1, 2 ** 20), largestFraction(1.01, 2 ** 20), largestFraction(2 ** 20, 2 ** 20)], [20, 19, 0]);
  assert.equal(largestFraction(2 ** 21, 2 ** 20), undefined);
  const large = new Map([
    ["layers.0.normedGate", 2 ** 18],
    ["layers.0.candidate", 2 ** 19],
    ["layers.0.gateUp", 2 ** 19],
  ]);
  const [layer] = chooseFractions(large, 1).layers;
  assert.deepEqual([layer?.gatedOutput, layer?.product, layer?.mlpNorm], [3, 2, 20]);
  assert.throws(() => chooseFractions(new Map([["residual", 1e9]]), 1), new TernelError("packRange", "residual"));
});

const shapes = [
  { dimension: 80, intermediate: 208, layers: 3, vocabulary: 331, tokenCount: 331, seed: 1n },
  { dimension: 37, intermediate: 61, layers: 2, vocabulary: 263, tokenCount: 260, seed: 2n },
  { dimension: 1, intermediate: 1, layers: 1, vocabulary: 257, tokenCount: 257, seed: 3n },
];
for (const shape of shapes) {
  test(`a model of d=${shape.dimension}, inter=${shape.intermediate}, V=${shape.vocabulary} packs, and its logits are those of the float model`, () => {
    const checkpoint = randomCheckpoint(shape);
    const { model, report } = packModel(checkpoint, { name: "random", calibrationTokens: 30 });
    const [float, integer] = [new FloatSequence(floatModel(checkpoint)), new ReferenceEngine(model)];
    let [difference, size] = [0, 0];
    for (const token of [0, 40, 17, 256, 3, 99, 100, 101]) {
      const exact = float.step(token);
      const logits = integer.step(token);
      exact.forEach((value, i) => {
        difference += (value - (logits[i] ?? 0) * 2 ** -model.fractions.logits) ** 2;
        size += value ** 2;
      });
    }
    assert.ok(Math.sqrt(difference / size) < 0.03, `relative error ${Math.sqrt(difference / size)}`);
    assert.equal(
      report.vectors.reduce((sum, { saturated }) => sum + saturated, 0),
      0,
    );
    for (const { tensor, largestInteger } of report.vectors) assert.ok(largestInteger < 2 ** 21, tensor);
  });
}

test("packing is deterministic, with its own text and with a given one", () => {
  const shape = { dimension: 10, intermediate: 12, layers: 2, vocabulary: 270, tokenCount: 265, seed: 4n };
  for (const calibrationText of [undefined, "one story\n<|endoftext|>\nanother\n"]) {
    const options = { name: "same", calibrationTokens: 30, ...(calibrationText === undefined ? {} : { calibrationText }) };
    assert.deepEqual(packModel(randomCheckpoint(shape), options).bytes, packModel(randomCheckpoint(shape), options).bytes);
  }
});

test("a bad name and an empty calibration text are refused", () => {
  const checkpoint = randomCheckpoint({ dimension: 4, intermediate: 4, layers: 1, vocabulary: 257, tokenCount: 257, seed: 1n });
  for (const name of ["", "a".repeat(32), "größe", "two\nlines"]) {
    assert.throws(() => packModel(checkpoint, { name }), new TernelError("packName", JSON.stringify(name)));
  }
  assert.throws(
    () => packModel(checkpoint, { name: "x", calibrationText: "\n<|endoftext|>\n" }),
    new TernelError("packCalibrationText"),
  );
});

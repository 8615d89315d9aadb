import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RandomSource, Sampler, softmaxWeights } from "./sampler.ts";

test("SplitMix64 gives the published sequence", () => {
  // The 64-bit outputs for seed 1234567, as in the Rosetta Code task "Pseudo-random numbers/Splitmix64".
  const published = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n, 4593380528125082431n, 16408922859458223821n];
  const random = new RandomSource(1234567n);
  assert.deepEqual(
    published.map(() => random.next()),
    published.map((value) => value >> 32n),
  );
});

test("weights are those of a softmax", () => {
  const logits = fc.array(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(logits, fc.integer({ min: 12, max: 20 }), fc.integer({ min: 100, max: 5000 }), (values, fraction, temperature) => {
      const weights = softmaxWeights(Int32Array.from(values), fraction, temperature);
      const largest = Math.max(...values);
      values.forEach((value, token) => {
        const exact = Math.exp(((value - largest) / 2 ** fraction / temperature) * 1000);
        assert.ok(Math.abs((weights[token] ?? 0) / 2 ** 30 - exact) < 1e-4, `${value}`);
      });
    }),
  );
});

test("temperature 0 takes the largest logit, the lower id of equal ones", () => {
  const greedy = new Sampler({ temperature: 0, topP: 1000, seed: 0n });
  assert.equal(greedy.choose(Int32Array.from([-5, 7, 7, 3]), 10), 1);
  assert.equal(greedy.choose(Int32Array.from([-9]), 10), 0);
});

test("the choice is the one that the definition gives", () => {
  const settings = fc.record({
    temperature: fc.integer({ min: 1, max: 10_000 }),
    topP: fc.integer({ min: 1, max: 1000 }),
    seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  });
  const logits = fc.array(fc.integer({ min: -0x80_0000, max: 0x7f_ffff }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(settings, logits, fc.integer({ min: 0, max: 20 }), (given, values, fraction) => {
      const weights = [...softmaxWeights(Int32Array.from(values), fraction, given.temperature)].map(BigInt);
      const total = weights.reduce((sum, weight) => sum + weight);
      const order = weights.map((weight, id) => ({ weight, id })).sort((a, b) => Number(b.weight - a.weight) || a.id - b.id);
      const kept: typeof order = [];
      let sum = 0n;
      for (const entry of order) {
        kept.push(entry);
        sum += entry.weight;
        if (sum >= (total * BigInt(given.topP)) / 1000n) break;
      }
      const pick = (sum * new RandomSource(given.seed).next()) / 2n ** 32n;
      let running = 0n;
      const expected = kept.find(({ weight }) => (running += weight) > pick);
      assert.equal(new Sampler(given).choose(Int32Array.from(values), fraction), expected?.id);
    }),
    { numRuns: 1000 },
  );
});

test("a fair coin falls on both sides", () => {
  const sampler = new Sampler({ temperature: 1000, topP: 1000, seed: 3n });
  const ones = Array.from({ length: 2000 }, () => sampler.choose(Int32Array.from([0, 0]), 10)).filter(
    (token) => token === 1,
  ).length;
  assert.ok(ones > 900 && ones < 1100, `${ones}`);
});

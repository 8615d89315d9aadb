import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, Random, simulate, type Testbench } from "../../../gen/index.ts";
import { streamGearbox } from "./stream-gearbox.ts";
import { wordsOf } from "./testing/port-words.ts";

interface Vector {
  /** Logarithm of an element's bytes. */
  readonly size: number;
  readonly bytes: readonly number[];
}

/** What the gearbox should make of an element's bytes. */
function elementOf({ size, bytes }: Vector, index: number): bigint {
  const at = (byte: number): bigint => BigInt(bytes[(index << size) + byte] ?? 0);
  if (size === 0) return BigInt.asIntN(8, at(0));
  if (size === 1) return at(0) | (at(1) << 8n);
  return BigInt.asIntN(24, at(0) | (at(1) << 8n) | (at(2) << 16n));
}

/** Takes a vector's groups at random times; returns its elements and the cycles from its opening. */
async function takeVector(tb: Testbench, vector: Vector, lanes: number, random: Random, stall: number) {
  const count = vector.bytes.length >> vector.size;
  const elements: bigint[] = [];
  const fetch = (): void => {
    for (let lane = 0; lane < lanes && elements.length < count; lane++) {
      elements.push(tb.get(vector.size === 1 ? `halves_${lane}` : `elements_${lane}`));
    }
  };
  tb.set("open", 1);
  tb.set("count", count);
  tb.set("size", vector.size);
  await tb.tick();
  tb.set("open", 0);
  let taken = 0;
  let cycles = 1;
  for (; taken * lanes < count; cycles++) {
    const take = tb.get("valid") === 1n && !random.chance(stall);
    tb.set("take", take ? 1 : 0);
    tb.set("last", take && (taken + 1) * lanes >= count ? 1 : 0);
    await tb.tick();
    if (take) {
      taken++;
      fetch();
    }
  }
  tb.set("take", 0);
  return { elements, cycles };
}

const vectors = fc.array(
  fc
    .record({ size: fc.integer({ min: 0, max: 2 }), count: fc.integer({ min: 1, max: 90 }), seed: fc.integer() })
    .map(({ size, count, seed }): Vector => {
      const random = new Random(seed);
      return { size, bytes: Array.from({ length: count << size }, () => random.below(256)) };
    }),
  { minLength: 1, maxLength: 6 },
);

for (const [portBytes, vectorLanes] of [
  [8, 2],
  [8, 4],
  [8, 8],
  [16, 4],
  [32, 2],
  [32, 8],
  [64, 16],
] as const) {
  const sizes = { columns: 1, vectorElements: 128, activationBytes: 128, stateElements: 64 };
  const simulation = simulate(elaborate(streamGearbox({ ...sizes, portBytes, vectorLanes })));

  test(`${portBytes} bytes to ${vectorLanes} lanes: every vector, in order, with stalls at both ends`, async () => {
    await fc.assert(
      fc.asyncProperty(vectors, fc.constantFrom(0, 0.3), fc.integer({ min: 1, max: 2 ** 30 }), async (sent, stall, seed) => {
        await simulation.run(async (tb) => {
          const random = new Random(seed);
          const words = sent.flatMap(({ bytes }) => wordsOf(bytes, portBytes, random));
          const source = tb.source("words", words, { stall, seed });
          for (const vector of sent) {
            const { elements } = await takeVector(tb, vector, vectorLanes, random, stall);
            assert.deepEqual(
              elements,
              elements.map((_, index) => elementOf(vector, index)),
            );
          }
          assert.equal(source.sent, words.length, "exactly the vectors' words");
        });
      }),
      { numRuns: 25 },
    );
  });

  test(`${portBytes} bytes to ${vectorLanes} lanes: as fast as words or groups go`, async () => {
    for (const size of [0, 1, 2]) {
      const vector = { size, bytes: Array.from({ length: 96 << size }, (_, i) => i % 256) };
      await simulation.run(async (tb) => {
        tb.source("words", wordsOf(vector.bytes, portBytes, new Random(1)));
        const { cycles } = await takeVector(tb, vector, vectorLanes, new Random(1), 0);
        const least = Math.max(96 / vectorLanes, vector.bytes.length / portBytes);
        assert.ok(cycles <= least + 3 + (4 * vectorLanes) / portBytes, `${cycles} cycles for ${least}`);
      });
    }
  });
}

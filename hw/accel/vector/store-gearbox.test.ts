import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, Random, simulate } from "../../../gen/index.ts";
import { storeGearbox } from "./store-gearbox.ts";

/** The bytes that the port words write, in order; a masked byte that is followed by a written one fails. */
function written(words: readonly Readonly<Record<string, bigint>>[], portBytes: number): number[] {
  const bytes: number[] = [];
  let ended = false;
  for (const word of words) {
    const mask = word["payload_mask"] ?? 0n;
    assert.notEqual(mask, 0n, "a port word without a byte");
    for (let i = 0; i < portBytes; i++) {
      const used = ((mask >> BigInt(i)) & 1n) === 1n;
      assert.ok(!(used && ended), "a gap");
      if (used) bytes.push(Number(((word["payload_data"] ?? 0n) >> BigInt(8 * i)) & 255n));
      ended = !used;
    }
    if (word["last"] === 1n) ended = false;
  }
  return bytes;
}

for (const [portBytes, vectorLanes] of [
  [8, 2],
  [8, 4],
  [8, 8],
  [16, 4],
  [32, 2],
  [32, 8],
] as const) {
  const sizes = { columns: 1, vectorElements: 128, activationBytes: 128, stateElements: 64 };
  const simulation = simulate(elaborate(storeGearbox({ ...sizes, portBytes, vectorLanes })));

  /** Sends vectors group by group; returns the port words and the cycles. */
  const send = async (vectors: readonly (readonly number[])[], stall: number, seed: number) => {
    const words: Readonly<Record<string, bigint>>[] = [];
    let cycles = 0;
    await simulation.run(async (tb) => {
      const random = new Random(seed);
      const sink = tb.sink("stores", { stall, seed: seed + 1 });
      tb.monitor("stores");
      for (const vector of vectors) {
        for (let start = 0; start < vector.length;) {
          const offered = !random.chance(stall);
          const left = vector.length - start;
          tb.set("valid", offered ? 1 : 0);
          tb.set("last", left <= vectorLanes ? 1 : 0);
          tb.set("used", 2 ** Math.min(left, vectorLanes) - 1);
          for (let lane = 0; lane < vectorLanes; lane++) tb.set(`group_${lane}`, vector[start + lane] ?? random.below(100));
          const taken = offered && tb.get("ready") === 1n;
          await tb.tick();
          cycles++;
          if (taken) start += vectorLanes;
        }
        tb.set("valid", 0);
      }
      cycles += await tb.until({ empty: 1 }, 1000);
      words.push(...sink.received);
    });
    return { words, cycles };
  };
  const bytesOf = (vectors: readonly (readonly number[])[]): number[] =>
    vectors.flat().flatMap((value) => [0, 8, 16, 24].map((shift) => (value >> shift) & 255));

  test(`${vectorLanes} lanes to ${portBytes} bytes: every element as int32, with stalls at both ends`, async () => {
    const element = fc.oneof(fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 }), fc.integer({ min: -3, max: 3 }));
    const vectors = fc.array(fc.array(element, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(vectors, fc.constantFrom(0, 0.3), fc.integer({ min: 1, max: 2 ** 30 }), async (sent, stall, seed) => {
        const { words } = await send(sent, stall, seed);
        assert.deepEqual(written(words, portBytes), bytesOf(sent));
        assert.deepEqual(
          words.flatMap(({ last }, index) => (last === 1n ? [index + 1] : [])),
          sent.map((_, n) => sent.slice(0, n + 1).reduce((sum, { length }) => sum + Math.ceil((4 * length) / portBytes), 0)),
          "last marks the last port word of each vector",
        );
      }),
      { numRuns: 30 },
    );
  });

  test(`${vectorLanes} lanes to ${portBytes} bytes: as fast as words or groups go`, async () => {
    const { cycles } = await send([Array.from({ length: 96 }, (_, i) => i)], 0, 1);
    assert.ok(cycles <= Math.max(96 / vectorLanes, (4 * 96) / portBytes) + 2, `${cycles} cycles`);
  });
}

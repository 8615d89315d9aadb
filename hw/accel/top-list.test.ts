import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate, type Simulation } from "../../gen/index.ts";
import { topList } from "./top-list.ts";

const least = -(2 ** 23);
const most = 2 ** 23 - 1;

/** Gives the values as rows 0, 1, ... and checks the list; returns the cycles until it was sorted. */
async function checkList(simulation: Simulation, entries: number, values: readonly number[], stall = 0, seed = 1): Promise<number> {
  let cycles = 0;
  await simulation.run(async (tb) => {
    await tb.reset();
    const items = (list: readonly number[]) =>
      list.map((value, row) => ({ payload_value: BigInt(value), payload_row: BigInt(row) }));
    // What was in the list, or on its way into it, must not matter.
    const earlier = tb.source("candidates", items([...values.slice(0, 10), 5, 7]));
    await tb.until(() => earlier.finished, 100 + 12 * (entries + 4));
    tb.set("start", 1);
    await tb.tick();
    tb.set("start", 0);
    const source = tb.source("candidates", items(values), { stall, seed });
    cycles = await tb.until(() => source.finished && tb.get("busy") === 0n, 200 + 20 * values.length * (entries + 4));
    const sorted = values.map((value, row) => ({ value, row })).toSorted((a, b) => b.value - a.value || a.row - b.row);
    const expected = sorted.slice(0, entries);
    assert.equal(tb.get("count"), BigInt(expected.length));
    const list = [];
    for (let index = 0; index < expected.length; index++) {
      tb.set("index", index);
      await tb.tick();
      list.push({ value: Number(tb.get("entry_value")), row: Number(tb.get("entry_row")) });
    }
    assert.deepEqual(list, expected);
  });
  return cycles;
}

for (const entries of [1, 2, 3, 8, 40, 64]) {
  const simulation = simulate(elaborate(topList(entries)));

  test(`${entries} entries: random candidates, with many ties and without`, async () => {
    const value = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: least, max: most }), fc.constantFrom(least, most));
    const values = fc.oneof(
      fc.array(value, { minLength: 1, maxLength: 3 * entries + 5 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 * entries + 5 }),
    );
    await fc.assert(
      fc.asyncProperty(values, fc.constantFrom(0, 0.5), fc.integer({ min: 1, max: 1000 }), async (list, stall, seed) => {
        await checkList(simulation, entries, list, stall, seed);
      }),
      { numRuns: 40 },
    );
  });

  test(`${entries} entries: ascending, descending and equal candidates`, async () => {
    const length = 2 * entries + 3;
    const rising = Array.from({ length }, (_, i) => 3 * i - 100);
    // Each one moves the whole list.
    const slow = await checkList(simulation, entries, rising);
    assert.ok(slow <= length * (entries + 4), `${slow} cycles`);
    const quick = await checkList(simulation, entries, rising.toReversed());
    assert.ok(quick <= 5 * entries + length, `${quick} cycles`);
    await checkList(simulation, entries, new Array<number>(length).fill(-7));
    await checkList(simulation, entries, new Array<number>(length).fill(least));
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, Random, simulate, type StreamItem, type Testbench } from "../../gen/index.ts";
import { checkKept, dramBytes, expectedMemory, memoryAfter, selected, type Logits } from "./logits-bench.ts";
import { logitsUnit, type LogitsUnitParameters } from "./logits-unit.ts";

const seeds = fc.integer({ min: 1, max: 2 ** 30 });

const shapes: readonly ((random: Random, row: number) => number)[] = [
  (random) => random.below(2 ** 24) - 2 ** 23,
  (random) => random.below(3) - 1,
  (_, row) => 40 * row - 1000,
  (_, row) => 1000 - 40 * row,
  () => -(2 ** 23),
];

function randomLogits(random: Random, columns: number): Logits {
  const rows = 1 + random.below(random.chance(0.3) ? 5 : 90);
  const columnFirst = random.below(columns);
  return {
    values: Array.from({ length: columns }, () => {
      const shape = shapes[random.below(shapes.length)] ?? (() => 0);
      return Array.from({ length: rows }, (_, row) => shape(random, row));
    }),
    columnFirst,
    columnLast: columnFirst + random.below(columns - columnFirst),
    address: 64 * random.below(300),
  };
}

/** The transfers of the matrix unit. */
function transfers(logits: Logits): StreamItem[] {
  const rows = logits.values[0]?.length ?? 0;
  return Array.from({ length: rows }, (_, row) =>
    selected(logits).map((column) => ({
      payload_value: BigInt(logits.values[column]?.[row] ?? 0),
      payload_row: BigInt(row),
      payload_column: BigInt(column),
      last: row === rows - 1 && column === logits.columnLast ? 1n : 0n,
    })),
  ).flat();
}

async function startUnit(tb: Testbench, { portBytes }: LogitsUnitParameters, logits: Logits): Promise<void> {
  tb.set("start", 1);
  tb.set("rows", logits.values[0]?.length ?? 0);
  tb.set("columnFirst", logits.columnFirst);
  tb.set("columnLast", logits.columnLast);
  tb.set("address", logits.address / portBytes);
  await tb.tick();
  tb.set("start", 0);
}

for (const [portBytes, columns, topK] of [
  [8, 1, 0],
  [8, 2, 7],
  [16, 1, 64],
  [16, 4, 5],
  [16, 8, 0],
  [32, 8, 16],
  [64, 1, 1],
  [64, 2, 64],
] as const) {
  const parameters: LogitsUnitParameters = { portBytes, columns, dramBytes, topK };
  const simulation = simulate(elaborate(logitsUnit(parameters)));
  const name = `B=${portBytes}, C=${columns}, K=${topK}`;

  test(`${name}: logits in memory, maxima and the list, while both ends stall`, async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new Random(seed);
        const matrices = Array.from({ length: 1 + random.below(3) }, () => randomLogits(random, columns));
        const [results, writes] = [random.below(9) / 10, random.below(9) / 10];
        await simulation.run(async (tb) => {
          await tb.reset();
          const sink = tb.sink("writes", { stall: writes, seed });
          tb.monitor("writes");
          for (const [i, logits] of matrices.entries()) {
            const before = sink.received.length;
            await startUnit(tb, parameters, logits);
            tb.source("results", transfers(logits), { stall: results, seed: seed + i });
            const most = 1000 + transfers(logits).length * (20 + topK);
            await tb.until(() => tb.get("busy") === 0n, most);
            assert.deepEqual(memoryAfter(sink.received.slice(before), portBytes), expectedMemory(logits));
            await checkKept(tb, topK, logits);
          }
        });
      }),
      { numRuns: 25 },
    );
  });

  test(`${name}: a result a cycle where nothing has to wait`, async () => {
    const values = Array.from({ length: columns }, () => Array.from({ length: 200 }, (_, row) => 1000 - row));
    const logits: Logits = { values, columnFirst: 0, columnLast: columns - 1, address: 64 };
    await simulation.run(async (tb) => {
      await tb.reset();
      tb.set("writes_ready", 1);
      await startUnit(tb, parameters, logits);
      tb.source("results", transfers(logits));
      // Each entry of the list is put at its end: 4 cycles.
      const list = Math.max(0, 4 * topK - topK * (columns - 1));
      const cycles = await tb.until(() => tb.get("busy") === 0n, 10_000);
      assert.ok(cycles <= 200 * columns + list + 4, `${cycles} cycles`);
    });
  });
}

test("clear ends it at any time; the next logits are not disturbed", async () => {
  const parameters: LogitsUnitParameters = { portBytes: 16, columns: 2, dramBytes, topK: 8 };
  const simulation = simulate(elaborate(logitsUnit(parameters)));
  await fc.assert(
    fc.asyncProperty(seeds, fc.integer({ min: 0, max: 120 }), async (seed, cycles) => {
      const random = new Random(seed);
      const [first, second] = [randomLogits(random, 2), randomLogits(random, 2)];
      await simulation.run(async (tb) => {
        await tb.reset();
        await startUnit(tb, parameters, first);
        // As the matrix unit's, this stream ends with the clear.
        const given = transfers(first);
        let sent = 0;
        for (let cycle = 0; cycle < cycles && tb.get("busy") === 1n; cycle++) {
          const next = given[sent];
          tb.set("results_valid", next === undefined ? 0 : 1);
          for (const [field, value] of Object.entries(next ?? {})) tb.set(`results_${field}`, value);
          tb.set("writes_ready", cycle % 2);
          if (next !== undefined && tb.get("results_ready") === 1n) sent++;
          await tb.tick();
        }
        tb.set("results_valid", 0);
        tb.set("clear", 1);
        await tb.tick();
        tb.set("clear", 0);
        assert.equal(tb.get("busy"), 0n);
        assert.equal(tb.get("writes_valid"), 0n);
        const sink = tb.sink("writes", { stall: 0.3, seed });
        await startUnit(tb, parameters, second);
        tb.source("results", transfers(second), { stall: 0.3, seed });
        await tb.until(() => tb.get("busy") === 0n, 10_000);
        assert.deepEqual(memoryAfter(sink.received, 16), expectedMemory(second));
        await checkKept(tb, parameters.topK, second);
      });
    }),
    { numRuns: 40 },
  );
});

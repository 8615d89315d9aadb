import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, Random, simulate } from "../../gen/index.ts";
import {
  checkMatrices,
  expectedTransfers,
  randomColumnMatrix,
  startMatrix,
  weightWords,
  writeActivations,
  type ColumnMatrix,
} from "./matrix-bench.ts";
import { firstResultLatency, matrixUnit, type MatrixUnitParameters } from "./matrix-unit.ts";

const seeds = fc.integer({ min: 1, max: 2 ** 30 });

function unit(portBytes: number, columns: number, vectorLanes: number) {
  // The longest row is that of the activation buffer, for which the accumulators are made.
  const parameters: MatrixUnitParameters = { portBytes, columns, vectorLanes, activationBytes: 8 * portBytes, resultDepth: 16 };
  return { parameters, simulation: simulate(elaborate(matrixUnit(parameters))) };
}

/** A matrix in which every column is used. */
function wholeMatrix(columns: number, rows: number, length: number): ColumnMatrix {
  return { ...randomColumnMatrix(new Random(rows + length), columns, rows, length), columnFirst: 0, columnLast: columns - 1 };
}

for (const [portBytes, columns, vectorLanes, numRuns] of [
  [8, 1, 2, 40],
  [8, 2, 8, 30],
  [8, 4, 16, 20],
  [8, 8, 4, 15],
  [16, 1, 4, 40],
  [16, 4, 4, 15],
  [16, 8, 8, 10],
  [32, 1, 8, 20],
  [32, 2, 8, 15],
  [32, 8, 8, 6],
] as const) {
  const { parameters, simulation } = unit(portBytes, columns, vectorLanes);
  const name = `B=${portBytes}, C=${columns}, V=${vectorLanes}`;

  test(`${name}: random matrices in a row, random stalls on both sides`, async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new Random(seed);
        const matrices = Array.from({ length: 1 + random.below(3) }, () =>
          randomColumnMatrix(
            random,
            columns,
            1 + random.below(40),
            1 + random.below(random.chance(0.3) ? portBytes : parameters.activationBytes),
          ),
        );
        const stall = (): number => (random.chance(0.3) ? 0 : random.below(9) / 10);
        await checkMatrices(simulation, parameters, matrices, { weights: stall(), results: stall(), seed });
      }),
      { numRuns },
    );
  });

  test(`${name}: the longest rows with the largest sums`, async () => {
    for (const [value, trit] of [
      [-128, -1],
      [-128, 1],
      [127, 1],
    ] as const) {
      const matrix = wholeMatrix(columns, 7, parameters.activationBytes);
      const extreme: ColumnMatrix = {
        ...matrix,
        rows: matrix.rows.map((row) => row.map(() => trit)),
        activations: matrix.activations.map((column) => column.map(() => value)),
        mantissas: matrix.mantissas.map(() => 1),
        shifts: matrix.shifts.map(() => 0),
      };
      assert.equal(expectedTransfers(extreme)[0]?.["payload_value"], BigInt(value * trit * parameters.activationBytes));
      await checkMatrices(simulation, parameters, [extreme], { weights: 0, results: 0, seed: 1 });
    }
  });

  test(`${name}: a word of weights a cycle, or a result a cycle where there are more of them`, async () => {
    for (const wordsInGroup of [1, 2, 5 * columns, 5 * columns + 3].filter(
      (words) => words * portBytes <= parameters.activationBytes,
    )) {
      const matrix = wholeMatrix(columns, 40, wordsInGroup * portBytes);
      const [cycles] = await checkMatrices(simulation, parameters, [matrix], { weights: 0, results: 0, seed: 1 });
      const results = 5 * columns;
      const latency = firstResultLatency(portBytes);
      // The first word is taken in the cycle in which `until` begins to count, the last result in the one before busy falls.
      const expected =
        wordsInGroup >= results ? 8 * wordsInGroup - 1 + latency + results : wordsInGroup - 1 + latency + 8 * results;
      assert.equal(cycles, expected, `${wordsInGroup} words a row group`);
    }
  });
}

test("clear ends a matrix at any time; the next one is not disturbed", async () => {
  const { parameters, simulation } = unit(8, 2, 4);
  await fc.assert(
    fc.asyncProperty(seeds, fc.integer({ min: 0, max: 200 }), fc.boolean(), async (seed, cycles, taken) => {
      await simulation.run(async (tb) => {
        const random = new Random(seed);
        await tb.reset();
        await startMatrix(tb, parameters, randomColumnMatrix(random, 2, 35, 8 * (1 + random.below(8))));
        tb.set("weights_valid", 1);
        tb.set("weights_payload", random.bits(64));
        tb.set("results_ready", taken ? 1 : 0);
        await tb.tick(cycles);
        tb.set("weights_valid", 0);
        tb.set("clear", 1);
        await tb.tick();
        tb.set("clear", 0);
        assert.equal(tb.get("busy"), 0n);
        const matrix = randomColumnMatrix(random, 2, 9, 24);
        await writeActivations(tb, parameters, matrix, random);
        const sink = tb.sink("results", { stall: 0.2, seed });
        await startMatrix(tb, parameters, matrix);
        tb.source("weights", weightWords(matrix, 8), { stall: 0.2, seed });
        await tb.until(() => tb.get("busy") === 0n, 500);
        assert.deepEqual(sink.received, expectedTransfers(matrix));
      });
    }),
    { numRuns: 40 },
  );
});

test("the counters' events: a stall is one of its side", async () => {
  const { parameters, simulation } = unit(16, 1, 4);
  await simulation.run(async (tb) => {
    const matrix = wholeMatrix(1, 200, 16);
    await tb.reset();
    await writeActivations(tb, parameters, matrix, new Random(1));
    tb.set("results_ready", 1);
    await startMatrix(tb, parameters, matrix);
    assert.equal(tb.get("stalledByWeights"), 1n);
    await tb.tick(3);
    assert.equal(tb.get("stalledByOutput"), 0n);
    tb.set("results_ready", 0);
    tb.set("weights_valid", 1);
    await tb.tick(100);
    assert.equal(tb.get("weights_ready"), 0n);
    assert.equal(tb.get("stalledByOutput"), 1n);
    assert.equal(tb.get("stalledByWeights"), 0n);
  });
});

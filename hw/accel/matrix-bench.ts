/** For tests: the matrix unit with somebody who gives weights and somebody who takes results, and what it is asked to do. */
import assert from "node:assert/strict";
import { Random, type Simulation, type StreamItem, type Testbench } from "../../gen/index.ts";
import type { MatrixUnitParameters } from "./matrix-unit.ts";
import { matrixReference, packMatrix } from "./reference.ts";

export interface ColumnMatrix {
  readonly rows: readonly (readonly number[])[];
  /** Of every column of the hardware: as many int8 as a row has trits. */
  readonly activations: readonly Int8Array[];
  readonly mantissas: readonly number[];
  readonly shifts: readonly number[];
  readonly columnFirst: number;
  readonly columnLast: number;
}

/** Random values; now and then all at the ends of their ranges, where sums are largest. `length` is that of a row. */
export function randomColumnMatrix(random: Random, columns: number, rows: number, length: number): ColumnMatrix {
  const extreme = random.chance(0.2);
  const [end, trit] = random.chance(0.5) ? [-128, -1] : [127, 1];
  const columnFirst = random.below(columns);
  const all = Array.from({ length: columns });
  return {
    rows: Array.from({ length: rows }, () => Array.from({ length }, () => (extreme ? trit : random.below(3) - 1))),
    activations: all.map(() => Int8Array.from({ length }, () => (extreme ? end : random.below(256) - 128))),
    mantissas: all.map(() => random.below(65536)),
    shifts: all.map(() => random.below(random.chance(0.2) ? 64 : 24)),
    columnFirst,
    columnLast: columnFirst + random.below(columns - columnFirst),
  };
}

/** The transfers of the results' stream. */
export function expectedTransfers(matrix: ColumnMatrix): StreamItem[] {
  const { rows, columnFirst, columnLast } = matrix;
  const columns = matrix.activations.map((activations, column) =>
    matrixReference(rows, activations, matrix.mantissas[column] ?? 0, matrix.shifts[column] ?? 0),
  );
  return rows.flatMap((_, row) =>
    Array.from({ length: columnLast - columnFirst + 1 }, (__, i) => ({
      payload_value: BigInt(columns[columnFirst + i]?.[row] ?? 0),
      payload_row: BigInt(row),
      payload_column: BigInt(columnFirst + i),
      last: row === rows.length - 1 && columnFirst + i === columnLast ? 1n : 0n,
    })),
  );
}

/** Bytes as one number, the first one lowest. */
function packed(bytes: Iterable<number>): bigint {
  return [...bytes].reduceRight((value, byte) => (value << 8n) | BigInt(byte & 255), 0n);
}

/** The matrix's port words; rows padded to whole ones. */
export function weightWords({ rows }: ColumnMatrix, portBytes: number): bigint[] {
  const bytes = packMatrix(rows, portBytes);
  return Array.from({ length: bytes.length / portBytes }, (_, i) => packed(bytes.subarray(i * portBytes, (i + 1) * portBytes)));
}

/** Writes a matrix's activations, and beyond them what must not matter. */
export async function writeActivations(
  tb: Testbench,
  { vectorLanes, portBytes }: MatrixUnitParameters,
  matrix: ColumnMatrix,
  random: Random,
): Promise<void> {
  for (const [column, activations] of matrix.activations.entries()) {
    const bytes = Math.ceil(activations.length / portBytes) * portBytes;
    for (let group = 0; group < bytes / vectorLanes; group++) {
      const values = Array.from({ length: vectorLanes }, (_, i) => activations[group * vectorLanes + i] ?? random.below(256));
      tb.set("activationWrite_enable", 1);
      tb.set("activationWrite_column", column);
      tb.set("activationWrite_group", group);
      tb.set("activationWrite_data", packed(values));
      await tb.tick();
    }
  }
  tb.set("activationWrite_enable", 0);
}

/** Starts a matrix: the cycle after the start's. */
export async function startMatrix(tb: Testbench, { portBytes }: MatrixUnitParameters, matrix: ColumnMatrix): Promise<void> {
  tb.set("start", 1);
  tb.set("rows", matrix.rows.length);
  tb.set("lastBeat", Math.ceil((matrix.rows[0]?.length ?? 0) / portBytes) - 1);
  tb.set("columnFirst", matrix.columnFirst);
  tb.set("columnLast", matrix.columnLast);
  for (const [column, mantissa] of matrix.mantissas.entries()) tb.set(`mantissa_${column}`, mantissa);
  for (const [column, shift] of matrix.shifts.entries()) tb.set(`shift_${column}`, shift);
  await tb.tick();
  tb.set("start", 0);
}

/** How often the two ends stall, and the seed of everything random. */
export interface MatrixStalls {
  readonly weights: number;
  readonly results: number;
  readonly seed: number;
}

/** Runs the matrices one after the other: their words all wait from the beginning. Checks every transfer; returns the cycles of each. */
export async function checkMatrices(
  simulation: Simulation,
  parameters: MatrixUnitParameters,
  matrices: readonly ColumnMatrix[],
  { weights, results, seed }: MatrixStalls,
): Promise<number[]> {
  const cycles: number[] = [];
  await simulation.run(async (tb) => {
    // A failing run is repeated.
    cycles.length = 0;
    const random = new Random(seed);
    await tb.reset();
    const words = matrices.map((matrix) => weightWords(matrix, parameters.portBytes));
    const source = tb.source("weights", words.flat(), { stall: weights, seed });
    const sink = tb.sink("results", { stall: results, seed: seed + 1 });
    tb.monitor("results");
    let given = 0;
    let transfers = 0;
    for (const [i, matrix] of matrices.entries()) {
      await writeActivations(tb, parameters, matrix, random);
      await startMatrix(tb, parameters, matrix);
      const expected = expectedTransfers(matrix);
      const most = 60 + Math.ceil(20 * ((words[i]?.length ?? 0) + expected.length));
      cycles.push(await tb.until(() => tb.get("busy") === 0n, most));
      assert.deepEqual(sink.received.slice(transfers), expected);
      transfers += expected.length;
      given += words[i]?.length ?? 0;
      assert.equal(source.sent, given, "takes exactly its own words");
    }
    await tb.tick(30);
    assert.equal(sink.received.length, transfers, "nothing comes later");
  });
  return cycles;
}

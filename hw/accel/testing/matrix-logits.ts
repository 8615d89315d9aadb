/** For tests: the matrix unit and the logits unit behind it, as in the accelerator, with a few matrices for them. */
import assert from "node:assert/strict";
import { bit, input, module, output, Random, stream, uint, vector, type Simulation } from "../../../gen/index.ts";
import { activationWrite } from "../activation-buffer.ts";
import { checkKept, dramBytes, expectedMemory, memoryAfter, type Logits } from "../logits-bench.ts";
import { logitsUnit } from "../logits-unit.ts";
import { expectedTransfers, randomColumnMatrix, startMatrix, weightWords, writeActivations } from "../matrix-bench.ts";
import { beatWidth, matrixUnit } from "../matrix-unit.ts";
import { bitsFor } from "../parameters.ts";
import { parameterWidths } from "../registers.ts";
import { columnIndexWidth } from "../result-stream.ts";
import { logitEntry, topCountWidth } from "../top-list.ts";

const parameters = {
  portBytes: 8,
  activationBytes: 128,
  columns: 2,
  vectorLanes: 4,
  resultDepth: 16,
  watchdogCycles: 2 ** 20,
  dramBytes,
  topK: 6,
} as const;

/** Both units on one start. */
export function matrixWithLogits() {
  const { columns, portBytes } = parameters;
  const write = logitsUnit(parameters).ports.writes.type;
  const ports = {
    start: input(bit),
    clear: input(bit),
    rows: input(uint(parameterWidths.rows)),
    lastBeat: input(uint(beatWidth(parameters))),
    columnFirst: input(uint(columnIndexWidth(columns))),
    columnLast: input(uint(columnIndexWidth(columns))),
    mantissa: input(vector(uint(parameterWidths.mantissa), columns)),
    shift: input(vector(uint(parameterWidths.shift), columns)),
    activationWrite: input(activationWrite(parameters)),
    weights: input(stream(uint(8 * portBytes))),
    address: input(uint(bitsFor(dramBytes / portBytes))),
    bestColumn: input(uint(columnIndexWidth(columns))),
    topIndex: input(uint(3)),
    writes: output(write),
    best: output(logitEntry),
    topEntry: output(logitEntry),
    topCount: output(uint(topCountWidth)),
    busy: output(bit),
  };
  return module("MatrixWithLogits", ports, (io, m) => {
    const matrix = m.instance("matrix", matrixUnit(parameters));
    const logits = m.instance("logits", logitsUnit(parameters));
    for (const unit of [matrix, logits]) {
      unit.start.set(io.start);
      unit.clear.set(io.clear);
      unit.rows.set(io.rows);
      unit.columnFirst.set(io.columnFirst);
      unit.columnLast.set(io.columnLast);
    }
    matrix.lastBeat.set(io.lastBeat);
    matrix.mantissa.set(io.mantissa);
    matrix.shift.set(io.shift);
    matrix.activationWrite.set(io.activationWrite);
    m.connect(matrix.weights, io.weights);
    logits.address.set(io.address);
    logits.bestColumn.set(io.bestColumn);
    logits.topIndex.set(io.topIndex);
    m.connect(logits.results, matrix.results);
    m.connect(io.writes, logits.writes);
    io.best.set(logits.best);
    io.topEntry.set(logits.topEntry);
    io.topCount.set(logits.topCount);
    io.busy.set(matrix.busy.or(logits.busy));
  });
}

/** Weights in, logits out: three matrices, without stalls and with them. */
export async function checkMatrices(simulation: Simulation): Promise<void> {
  for (const [seed, stall] of [0, 0.4].entries()) {
    await simulation.run(async (tb) => {
      const random = new Random(seed + 1);
      await tb.reset();
      const sink = tb.sink("writes", { stall, seed: 3 });
      for (const [rows, length] of [
        [23, 100],
        [1, 16],
        [40, 33],
      ] as const) {
        const matrix = randomColumnMatrix(random, parameters.columns, rows, length);
        const { columnFirst, columnLast } = matrix;
        const values = Array.from({ length: parameters.columns }, () => new Array<number>(rows).fill(0));
        for (const { payload_value = 0n, payload_row = 0n, payload_column = 0n } of expectedTransfers(matrix)) {
          const column = values[Number(payload_column)];
          if (column !== undefined) column[Number(payload_row)] = Number(payload_value);
        }
        const logits: Logits = { values, columnFirst, columnLast, address: 64 * random.below(100) };
        const before = sink.received.length;
        await writeActivations(tb, parameters, matrix, random);
        tb.set("address", logits.address / parameters.portBytes);
        await startMatrix(tb, parameters, matrix);
        tb.source("weights", weightWords(matrix, parameters.portBytes), { stall, seed: 5 });
        await tb.until(() => tb.get("busy") === 0n, 5000);
        assert.deepEqual(memoryAfter(sink.received.slice(before), parameters.portBytes), expectedMemory(logits));
        await checkKept(tb, parameters.topK, logits);
      }
    });
  }
}

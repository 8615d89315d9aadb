import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, Random, simulate } from "../../../gen/index.ts";
import { columnRange, randomCommand, signedNumbers, vectorOperations } from "./testing/random-command.ts";
import { VectorBench, type MatrixResult } from "./testing/vector-bench.ts";
import { VectorModel, type ModelCommand } from "./testing/vector-model.ts";
import type { VectorParameters } from "./vector-command.ts";
import { vectorUnit } from "./vector-unit.ts";

/** A command for the columns with everything else as given or neutral. */
function commandOf(columns: readonly number[], given: Partial<ModelCommand> & Pick<ModelCommand, "name" | "count">): ModelCommand {
  const operand = { bank: 0, element: 0 } as const;
  return {
    columns,
    a: operand,
    b: { bank: 1, element: 0 },
    destination: operand,
    stream: [],
    bound: false,
    epsilon: 0n,
    mantissa: 32768,
    exponent: 0,
    gainFraction: 0,
    fractionIn: 12,
    fractionOut: 0,
    shift: 0,
    tokenScales: [],
    ...given,
  };
}

/** Sends a matrix's results to both operands of a command, a random part of the rows to each. */
async function fill(bench: VectorBench, model: VectorModel, random: Random, command: ModelCommand): Promise<void> {
  const { columns, count, a, b, name } = command;
  // The first operand of UPDATE is a Q16.
  const split = name === "UPDATE" || random.chance(0.5) ? count : 1 + random.below(count);
  const number = (value: number): number => (name === "UPDATE" ? Math.min(65536, Math.abs(value)) : value);
  const values = columns.map(() => signedNumbers(random, 24, count).map(number));
  const results: MatrixResult[] = [];
  for (let row = 0; row < count; row++)
    for (const [i, column] of columns.entries()) results.push({ value: values[i]?.[row] ?? 0, row, column });
  for (const { value, row, column } of results) {
    const [operand, index] = row < split ? [a, row] : [b, row - split];
    model.vector(operand, column, count)[index] = value;
  }
  await bench.results(results, a, b, split);
}

/** Compares everything that the unit shows with the model: one vector of each column by STORE, the state, the activations, the scalars. */
async function compare(bench: VectorBench, model: VectorModel, after: ModelCommand, parameters: VectorParameters): Promise<void> {
  const { tb } = bench;
  const message = `after ${JSON.stringify(after, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value)).slice(0, 600)}`;
  const destination = after.name === "RESIDUAL" || after.name === "GATE" ? after.a : after.destination;
  if (["EMBED", "NORM", "GATE", "UPDATE", "GLU", "RESIDUAL"].includes(after.name)) {
    for (const column of after.columns) {
      const store = commandOf([column], { name: "STORE", count: after.count, a: destination });
      assert.deepEqual((await bench.run(store)).stored, model.run(store), message);
    }
  }
  if (["UPDATE", "LOAD_STATE"].includes(after.name)) {
    const store = commandOf([0], { name: "STORE_STATE", count: after.count });
    assert.deepEqual((await bench.run(store)).stored, model.run(store), message);
  }
  for (let column = 0; column < parameters.columns; column++) {
    assert.deepEqual(bench.activations[column], model.activations[column], message);
    assert.equal(tb.get(`mantissa_${column}`), BigInt(model.mantissa[column] ?? 0), message);
    assert.equal(tb.get(`shift_${column}`), BigInt(model.shift[column] ?? 0), message);
  }
}

const shapes: readonly (readonly [portBytes: number, vectorLanes: number, columns: number])[] = [
  [16, 4, 1],
  [8, 4, 1],
  [8, 2, 4],
  [16, 8, 4],
  [32, 8, 1],
  [32, 2, 1],
  [32, 4, 4],
];

for (const [portBytes, vectorLanes, columns] of shapes) {
  const parameters = { portBytes, vectorLanes, columns, vectorElements: 256, activationBytes: 128, stateElements: 128 };
  const simulation = simulate(elaborate(vectorUnit(parameters)));

  for (const [stall, seed] of [
    [0, 1],
    [0.4, 2],
  ] as const) {
    test(`${portBytes} bytes, ${vectorLanes} lanes, ${columns} columns: random commands, stalls ${stall}`, async () => {
      await simulation.run(async (tb) => {
        const random = new Random(seed);
        const bench = new VectorBench(tb, parameters, { stall, seed });
        const model = new VectorModel(parameters);
        const every = columnRange(0, columns - 1);
        // Nothing in the memories is undefined.
        for (let element = 0; element < 256; element += 128) {
          const fillAll = commandOf(every, { name: "STORE", count: 128, a: { bank: 0, element }, b: { bank: 1, element } });
          await fill(bench, model, random, fillAll);
          await fill(bench, model, random, { ...fillAll, a: fillAll.b, b: fillAll.a });
        }
        for (let round = 0; round < 5 * vectorOperations.length; round++) {
          const name = vectorOperations[round % vectorOperations.length] ?? "SQUARES";
          const command = randomCommand(random, parameters, name, 128);
          if (name === "UPDATE" || random.chance(0.7)) await fill(bench, model, random, command);
          if (name === "NORM" || name === "QUANTISE") {
            const squares = commandOf(command.columns, { name: "SQUARES", count: command.count, a: command.a });
            await bench.run(squares);
            model.run(squares);
          }
          const { stored } = await bench.run(command);
          assert.deepEqual(stored, model.run(command), name);
          await compare(bench, model, command, parameters);
        }
      });
    });
  }
}

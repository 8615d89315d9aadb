/** The vector unit beside its model: each command runs on both, and everything that can be seen is compared. */
import assert from "node:assert/strict";
import { Random, type Testbench } from "../../../../gen/index.ts";
import type { VectorParameters } from "../vector-command.ts";
import { columnRange, signedNumbers } from "./random-command.ts";
import { VectorBench, type BenchOptions, type MatrixResult } from "./vector-bench.ts";
import { VectorModel, type ModelCommand, type Operand } from "./vector-model.ts";

const writesVector: ReadonlySet<string> = new Set(["EMBED", "NORM", "GATE", "UPDATE", "GLU", "RESIDUAL"]);
const writesState: ReadonlySet<string> = new Set(["UPDATE", "LOAD_STATE"]);

/** A command with everything else neutral: operands at the start of bank 0, the second one of bank 1. */
export function commandOf(given: Partial<ModelCommand> & Pick<ModelCommand, "name" | "count">): ModelCommand {
  const operand = { bank: 0, element: 0 } as const;
  return {
    columns: [0],
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

export class VectorScenario {
  readonly bench: VectorBench;
  readonly model: VectorModel;
  readonly random: Random;
  readonly #parameters: VectorParameters;

  constructor(tb: Testbench, parameters: VectorParameters, options: BenchOptions) {
    this.bench = new VectorBench(tb, parameters, options);
    this.model = new VectorModel(parameters);
    this.random = new Random(options.seed);
    this.#parameters = parameters;
  }

  /** Every column. */
  get columns(): number[] {
    return columnRange(0, this.#parameters.columns - 1);
  }

  /** Writes vectors, one a column, by way of a matrix's results: the rows before `split` to `a`, the others to `b`. */
  async write(
    vectors: readonly (readonly number[])[],
    columns: readonly number[],
    a: Operand,
    b = a,
    split?: number,
  ): Promise<void> {
    const count = vectors[0]?.length ?? 0;
    const border = split ?? count;
    const results: MatrixResult[] = [];
    for (let row = 0; row < count; row++)
      for (const [i, column] of columns.entries()) results.push({ value: vectors[i]?.[row] ?? 0, row, column });
    for (const { value, row, column } of results) {
      const [operand, index] = row < border ? [a, row] : [b, row - border];
      this.model.vector(operand, column, count)[index] = value;
    }
    await this.bench.results(results, a, b, border);
  }

  /** Fills the operands of a command at random. */
  async fill({ columns, count, a, b, name }: ModelCommand): Promise<void> {
    const { random } = this;
    // The first operand of UPDATE is a Q16.
    const split = name === "UPDATE" || random.chance(0.5) ? count : 1 + random.below(count);
    const number = (value: number): number => (name === "UPDATE" ? Math.min(65536, Math.abs(value)) : value);
    const vectors = columns.map(() => signedNumbers(random, 24, count).map(number));
    await this.write(vectors, columns, a, b, split);
  }

  /** Nothing in the banks is undefined behind this. */
  async fillBanks(): Promise<void> {
    const count = this.#parameters.vectorElements;
    for (const bank of [0, 1] as const) {
      const vectors = this.columns.map(() => signedNumbers(this.random, 24, count));
      await this.write(vectors, this.columns, { bank, element: 0 });
    }
  }

  /** Starts a command, clears the unit some cycles later, and brings what the command may have written into a known state. */
  async abort(command: ModelCommand, cycles: number): Promise<void> {
    const { bench, model } = this;
    await bench.abort(command, cycles);
    for (const [column, activations] of bench.activations.entries()) {
      model.activations[column]?.set(activations);
      model.mantissa[column] = Number(bench.tb.get(`mantissa_${column}`));
      model.shift[column] = Number(bench.tb.get(`shift_${column}`));
    }
    await this.fillBanks();
    const { stateElements } = this.#parameters;
    await this.run(commandOf({ name: "LOAD_STATE", count: stateElements, stream: signedNumbers(this.random, 24, stateElements) }));
  }

  /** Runs a command, behind the sum of squares where it needs one, and compares what it did; returns its cycles. */
  async run(command: ModelCommand): Promise<number> {
    const { name, columns, count, a } = command;
    if (name === "NORM" || name === "QUANTISE") {
      const squares = commandOf({ name: "SQUARES", columns, count, a });
      await this.bench.run(squares);
      this.model.run(squares);
    }
    const { cycles, stored } = await this.bench.run(command);
    assert.deepEqual(stored, this.model.run(command), name);
    await this.compare(command);
    return cycles;
  }

  /** Compares what a command wrote. */
  async compare(after: ModelCommand): Promise<void> {
    const { bench, model } = this;
    const { name, count, columns } = after;
    const asText = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);
    const message = `after ${JSON.stringify({ ...after, stream: after.stream.slice(0, 8) }, asText)}`;
    const same = async (store: ModelCommand): Promise<void> => {
      assert.deepEqual((await bench.run(store)).stored, model.run(store), message);
    };
    const written = name === "RESIDUAL" || name === "GATE" ? after.a : after.destination;
    if (writesVector.has(name))
      for (const column of columns) await same(commandOf({ name: "STORE", columns: [column], count, a: written }));
    if (writesState.has(name)) await same(commandOf({ name: "STORE_STATE", count }));
    for (const column of this.columns) {
      assert.deepEqual(bench.activations[column], model.activations[column], message);
      assert.equal(bench.tb.get(`mantissa_${column}`), BigInt(model.mantissa[column] ?? 0), message);
      assert.equal(bench.tb.get(`shift_${column}`), BigInt(model.shift[column] ?? 0), message);
    }
  }
}

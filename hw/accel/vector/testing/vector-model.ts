/** What the vector unit should do, command by command, in the reference's arithmetic (models/reference). */
import { multiplyShift, roundShift, saturate24, sumOfSquares } from "../../../../models/reference/arithmetic.ts";
import { quantise, rescaler } from "../../../../models/reference/bit-linear.ts";
import { rmsNorm } from "../../../../models/reference/norm.ts";
import { sigmoid, silu } from "../../../../models/reference/sigmoid.ts";
import type { OperationName } from "../../commands.ts";
import type { VectorParameters } from "../vector-command.ts";

/** An operand's address: a bank and an element. */
export interface Operand {
  readonly bank: 0 | 1;
  readonly element: number;
}

/** A command with its columns and its stream's elements (EMBED: of all columns, one after the other). */
export interface ModelCommand {
  readonly name: OperationName;
  readonly count: number;
  readonly columns: readonly number[];
  readonly a: Operand;
  readonly b: Operand;
  readonly destination: Operand;
  readonly stream: readonly number[];
  readonly bound: boolean;
  readonly epsilon: bigint;
  readonly mantissa: number;
  readonly exponent: number;
  readonly gainFraction: number;
  readonly fractionIn: number;
  readonly fractionOut: number;
  readonly shift: number;
  /** Of each column, for EMBED. */
  readonly tokenScales: readonly { readonly mantissa: number; readonly shift: number }[];
}

const perColumn = <T>(columns: number, make: () => T): T[] => Array.from({ length: columns }, make);

/** The memories of the vector unit. What lies behind the last element in its group of V elements is written as 0. */
export class VectorModel {
  readonly banks: readonly (readonly Int32Array[])[];
  readonly state: Int32Array;
  readonly activations: readonly Int8Array[];
  readonly squares: bigint[];
  readonly mantissa: number[];
  readonly shift: number[];

  readonly #lanes: number;

  constructor({ columns, vectorElements, stateElements, activationBytes, vectorLanes }: VectorParameters) {
    this.#lanes = vectorLanes;
    this.banks = [0, 1].map(() => perColumn(columns, () => new Int32Array(vectorElements)));
    this.state = new Int32Array(stateElements);
    this.activations = perColumn(columns, () => new Int8Array(activationBytes));
    this.squares = perColumn(columns, () => 0n);
    this.mantissa = perColumn(columns, () => 0);
    this.shift = perColumn(columns, () => 0);
  }

  /** An operand's elements in one column, to read and to write. */
  vector({ bank, element }: Operand, column: number, count: number): Int32Array {
    const vector = this.banks[bank]?.[column]?.subarray(element, element + count);
    if (vector?.length !== count) throw new RangeError("an operand outside its bank");
    return vector;
  }

  /** Runs a command; returns the int32 that it stores. */
  run(command: ModelCommand): number[] {
    const { name, count } = command;
    if (name === "LOAD_STATE")
      this.#write(
        this.state,
        command.stream.map((word) => (word << 8) >> 8),
      );
    if (name === "STORE_STATE") return [...this.state.subarray(0, count)];
    const stored: number[] = [];
    for (const [index, column] of command.columns.entries()) stored.push(...this.#runColumn(command, column, index));
    return stored;
  }

  #runColumn(command: ModelCommand, column: number, index: number): number[] {
    const { name, count, stream, fractionIn } = command;
    const a = this.vector(command.a, column, count);
    const b = this.vector(command.b, column, count);
    const gain = { values: Int16Array.from(stream), epsilon: command.epsilon, fraction: command.gainFraction };
    const write = (values: Int32Array, keepsSquares = false): number[] => {
      const target = name === "RESIDUAL" || name === "GATE" ? command.a : command.destination;
      if (!keepsSquares) this.squares[column] = sumOfSquares(values);
      const bank = this.banks[target.bank]?.[column];
      if (bank !== undefined) this.#write(bank.subarray(target.element), values);
      return [];
    };
    switch (name) {
      case "EMBED": {
        const scale = command.tokenScales[column] ?? { mantissa: 0, shift: 0 };
        const row = stream.slice(index * count, (index + 1) * count);
        return write(Int32Array.from(row, (value) => saturate24(roundShift(value * scale.mantissa, scale.shift))));
      }
      case "NORM":
        if (this.squares[column] !== sumOfSquares(a)) throw new Error("NORM of a vector whose squares are not there");
        return write(rmsNorm(a, gain, command.fractionOut));
      case "QUANTISE": {
        const { values, scales } = quantise(a, gain);
        const scale = { mantissa: command.mantissa, exponent: command.exponent };
        this.#activate(column, values, rescaler(scale, { values, scales }, command.fractionOut));
        return [];
      }
      case "LOAD_ACTIVATIONS":
        this.#activate(column, Int8Array.from(stream), command);
        return [];
      case "SQUARES":
        this.squares[column] = sumOfSquares(a);
        return [];
      case "GATE":
        return write(
          a.map((value, i) => {
            const gate = sigmoid(value, fractionIn);
            const bound = stream[i] ?? 0;
            return command.bound ? bound + roundShift((65536 - bound) * gate, 16) : gate;
          }),
          true,
        );
      case "UPDATE": {
        const h = a.map((keep, i) => {
          const candidate = silu(b[i] ?? 0, fractionIn);
          return saturate24(roundShift(keep * (this.state[i] ?? 0) + (65536 - keep) * candidate, 16));
        });
        this.#write(this.state, h);
        return write(h, true);
      }
      case "GLU":
        return write(a.map((value, i) => saturate24(multiplyShift(silu(value, fractionIn), b[i] ?? 0, command.shift))));
      case "RESIDUAL":
        return write(a.map((value, i) => saturate24(value + (b[i] ?? 0))));
      case "STORE":
        return [...a];
      default:
        return [];
    }
  }

  /** Writes whole groups. */
  #write(memory: Int32Array, values: ArrayLike<number>): void {
    memory.fill(0, 0, Math.ceil(values.length / this.#lanes) * this.#lanes);
    memory.set(values);
  }

  /** New activations, with zeros up to the next multiple of 64. */
  #activate(column: number, values: Int8Array, scale: { readonly mantissa: number; readonly shift: number }): void {
    const activations = this.activations[column];
    activations?.fill(0, 0, Math.ceil(values.length / 64) * 64);
    activations?.set(values);
    this.mantissa[column] = scale.mantissa;
    this.shift[column] = scale.shift;
  }
}

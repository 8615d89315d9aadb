import { bankBit } from "../../hw/accel/commands.ts";
import { alignment, type AcceleratorParameters } from "../../hw/accel/parameters.ts";

/** The parameters of the hardware that show in results. */
export type MachineParameters = Pick<
  AcceleratorParameters,
  "columns" | "vectorLanes" | "vectorElements" | "stateElements" | "activationBytes" | "topK"
>;

/** A logit and its row. */
export interface Logit {
  readonly token: number;
  readonly logit: number;
}

/** One column's memories and scalars. */
export interface ColumnState {
  /** Two banks of signed 24-bit elements. */
  readonly banks: readonly [Int32Array, Int32Array];
  readonly activations: Int8Array;
  /** The sum of squares of the vector that the last command that computes one gave or read. */
  squares: bigint;
  /** The rescaler: y = S24(R(sum * mantissa, shift)). */
  mantissa: number;
  shift: number;
}

/** All memories of the vector and matrix units. They are 0 when the machine is made, and keep their contents from list to list. */
export class MachineState {
  readonly parameters: MachineParameters;
  readonly columns: readonly ColumnState[];
  /** One, which the columns share: signed 24-bit elements. */
  readonly stateMemory: Int32Array;

  constructor(parameters: MachineParameters) {
    const { columns, vectorElements, activationBytes, stateElements } = parameters;
    this.parameters = parameters;
    this.columns = Array.from({ length: columns }, () => ({
      banks: [new Int32Array(vectorElements), new Int32Array(vectorElements)] as const,
      activations: new Int8Array(activationBytes),
      ...{ squares: 0n, mantissa: 0, shift: 0 },
    }));
    this.stateMemory = new Int32Array(stateElements);
  }

  column(index: number): ColumnState {
    const column = this.columns[index];
    if (column === undefined) throw new RangeError(`no column ${index}`);
    return column;
  }

  /** The elements at an operand address, not copied. */
  vector({ banks }: ColumnState, operand: number, count: number): Int32Array {
    const element = operand % 2 ** bankBit;
    return (operand < 2 ** bankBit ? banks[0] : banks[1]).subarray(element, element + count);
  }

  /** Writes elements to an operand address; the rest of the last group of lanes becomes 0. */
  write(column: ColumnState, operand: number, values: Int32Array): void {
    const target = this.vector(column, operand, this.#grouped(values.length));
    target.fill(0);
    target.set(values);
  }

  /** Writes activations; up to the next multiple of 64 they become 0, so that a matrix's padding columns count for nothing. */
  writeActivations({ activations }: ColumnState, values: Int8Array): void {
    activations.fill(0, 0, Math.ceil(values.length / alignment) * alignment);
    activations.set(values);
  }

  /** Writes the state memory; the rest of the last group of lanes becomes 0. */
  writeStateMemory(values: Int32Array): void {
    this.stateMemory.fill(0, 0, this.#grouped(values.length));
    this.stateMemory.set(values);
  }

  #grouped(count: number): number {
    const { vectorLanes } = this.parameters;
    return Math.ceil(count / vectorLanes) * vectorLanes;
  }
}

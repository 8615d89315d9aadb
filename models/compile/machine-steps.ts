// What each operation does with the machine's memories: docs/numerics.md by way of models/reference.
import { selectedColumns } from "../../hw/accel/command-check.ts";
import type { CommandNumbers } from "../../hw/accel/command-codec.ts";
import { aligned64, commandFlags, type OperationName } from "../../hw/accel/commands.ts";
import type { Gain } from "../container/model.ts";
import { multiplyShift, roundShift, saturate24, sumOfSquares } from "../reference/arithmetic.ts";
import { quantise, rescaler } from "../reference/bit-linear.ts";
import { multiplyPacked } from "../reference/multiply-packed.ts";
import { rmsNorm } from "../reference/norm.ts";
import { sigmoid, silu } from "../reference/sigmoid.ts";
import type { ColumnState, MachineState } from "./machine-state.ts";
import { int16At, int32At, int8At, putInt32, uint16At } from "./region-bytes.ts";
import type { TokenOperand } from "./token-operand.ts";

/** What a list works on. */
export interface Surroundings {
  readonly model: Uint8Array;
  readonly buffers: Uint8Array;
  readonly tokens: readonly TokenOperand[];
  /** For the results of a LOGITS matrix. */
  readonly tell: (column: number, logits: Int32Array) => void;
}

/** The columns that a command selects, ascending. */
interface Selected {
  readonly index: number;
  readonly column: ColumnState;
}

interface Context {
  readonly state: MachineState;
  readonly command: CommandNumbers;
  readonly around: Surroundings;
  readonly selected: readonly Selected[];
}

type Step = (context: Context) => void;

/** Runs a command that passed its checks. */
export function runCommand(name: OperationName, command: CommandNumbers, state: MachineState, around: Surroundings): void {
  const selected = selectedColumns(command.column, around.tokens.length).map((index) => ({ index, column: state.column(index) }));
  if (selected.length > 0) steps[name]({ state, command, around, selected });
}

const steps: Readonly<Record<OperationName, Step>> = {
  END: () => undefined,
  END_UNLESS_LOGITS: () => undefined,

  EMBED: ({ state, command: { count, offset, stride, destination }, around, selected }) => {
    for (const { index, column } of selected) {
      const { token, mantissa, shift } = tokenOf(around, index);
      const row = int8At(around.model, offset + token * stride, count);
      writeVector(
        state,
        column,
        destination,
        Int32Array.from(row, (value) => saturate24(roundShift(value * mantissa, shift))),
      );
    }
  },

  NORM: ({ state, command, around, selected }) => {
    const gain = gainOf(command, around);
    for (const { column } of selected) {
      const x = state.vector(column, command.a, command.count);
      writeVector(state, column, command.destination, rmsNorm(x, gain, command.fractionOut, column.squares));
    }
  },

  QUANTISE: ({ state, command, around, selected }) => {
    const { a, count, mantissa, exponent, fractionOut } = command;
    const gain = gainOf(command, around);
    for (const { column } of selected) {
      const activation = quantise(state.vector(column, a, count), gain, column.squares);
      state.writeActivations(column, activation.values);
      Object.assign(column, rescaler({ mantissa, exponent }, activation, fractionOut));
    }
  },

  MATRIX: ({ state, command, around, selected }) => {
    const { count, offset, groups, stride, destination, split, destination2, flags } = command;
    const packed = around.model.subarray(offset, offset + groups * stride);
    for (const [order, { index, column }] of selected.entries()) {
      const { activations, mantissa, shift } = column;
      const sums = multiplyPacked(packed, count, stride, activations.subarray(0, stride));
      const rows = sums.map((sum) => saturate24(roundShift(sum * mantissa, shift)));
      if (flags === commandFlags.LOGITS) {
        putInt32(around.buffers, destination + order * aligned64(4 * count), rows);
        around.tell(index, rows);
      } else {
        state.write(column, destination, rows.subarray(0, split));
        if (split < count) state.write(column, destination2, rows.subarray(split));
      }
    }
  },

  SQUARES: ({ state, command: { a, count }, selected }) => {
    for (const { column } of selected) column.squares = sumOfSquares(state.vector(column, a, count));
  },

  GATE: ({ state, command: { a, count, offset, fractionIn, flags }, around, selected }) => {
    const bounds = flags === commandFlags.BOUND ? uint16At(around.model, offset, count) : new Uint16Array(count);
    for (const { column } of selected) {
      const gate = state.vector(column, a, count).map((value, i) => {
        const bound = bounds[i] ?? 0;
        return bound + roundShift((65536 - bound) * sigmoid(value, fractionIn), 16);
      });
      state.write(column, a, gate);
    }
  },

  LOAD_STATE: ({ state, command: { count, offset }, around }) => {
    const words = int32At(around.buffers, offset, count);
    state.writeStateMemory(words.map((word) => (word << 8) >> 8));
  },

  UPDATE: ({ state, command: { a, b, count, destination, fractionIn }, selected }) => {
    for (const { column } of selected) {
      const gates = state.vector(column, a, count);
      const candidates = state.vector(column, b, count);
      const h = gates.map((gate, i) => {
        const candidate = silu(candidates[i] ?? 0, fractionIn);
        return saturate24(roundShift(gate * (state.stateMemory[i] ?? 0) + (65536 - gate) * candidate, 16));
      });
      state.writeStateMemory(h);
      state.write(column, destination, h);
    }
  },

  STORE_STATE: ({ state, command: { count, offset }, around }) => {
    putInt32(around.buffers, offset, state.stateMemory.subarray(0, count));
  },

  GLU: ({ state, command: { a, b, count, destination, fractionIn, shift }, selected }) => {
    for (const { column } of selected) {
      const factors = state.vector(column, b, count);
      const product = state
        .vector(column, a, count)
        .map((value, i) => saturate24(multiplyShift(silu(value, fractionIn), factors[i] ?? 0, shift)));
      writeVector(state, column, destination, product);
    }
  },

  RESIDUAL: ({ state, command: { a, b, count }, selected }) => {
    for (const { column } of selected) {
      const added = state.vector(column, b, count);
      const sum = state.vector(column, a, count).map((value, i) => saturate24(value + (added[i] ?? 0)));
      writeVector(state, column, a, sum);
    }
  },

  LOAD_ACTIVATIONS: ({ state, command: { count, offset, mantissa, shift }, around, selected }) => {
    for (const { column } of selected) {
      state.writeActivations(column, int8At(around.buffers, offset, count));
      Object.assign(column, { mantissa, shift });
    }
  },

  STORE: ({ state, command: { a, count, offset }, around, selected }) => {
    for (const { column } of selected) putInt32(around.buffers, offset, state.vector(column, a, count));
  },
};

function tokenOf({ tokens }: Surroundings, index: number): TokenOperand {
  const token = tokens[index];
  if (token === undefined) throw new RangeError(`no token for column ${index}`);
  return token;
}

function gainOf({ offset, count, epsilon, gainFraction }: CommandNumbers, { model }: Surroundings): Gain {
  return { fraction: gainFraction, epsilon, values: int16At(model, offset, count) };
}

/** Writes a result whose sum of squares the next command may need. */
function writeVector(state: MachineState, column: ColumnState, operand: number, values: Int32Array): void {
  state.write(column, operand, values);
  column.squares = sumOfSquares(values);
}

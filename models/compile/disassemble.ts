// A command list in words: what each command does, with the names of what its offsets point at.
import { decodeNumbers, type CommandNumbers } from "../../hw/accel/command-codec.ts";
import {
  bankBit,
  commandBytes,
  commandFlags,
  everyColumn,
  lastColumn,
  operationWithOpcode,
  operations,
  type CommandFieldName,
  type OperationName,
} from "../../hw/accel/commands.ts";
import { gainHeaderBytes } from "../container/format.ts";
import type { Counts, Layout } from "../container/layout.ts";
import { bufferLayout } from "./buffer-layout.ts";
import { vectorLayout } from "./vector-layout.ts";

/** One command, as a program reads it. */
export interface DisassembledCommand {
  readonly index: number;
  readonly operation: OperationName | "unknown";
  /** "every", "last" or the column's number. */
  readonly column: string;
  /** What it streams or stores, such as "layers.3.matrix.gateUp"; "0x1240" where nothing of the model begins there. */
  readonly array?: string;
  /** The fields that the operation uses; epsilon as a decimal number in a string. */
  readonly fields: Readonly<Partial<Record<CommandFieldName, number | string>>>;
  /** Bytes that it streams from DRAM, for each column where each has its own. */
  readonly streamBytes: number;
  /** The line for people, without index and operation. */
  readonly text: string;
}

/** Names for offsets and operands of a model's lists. */
export interface ListNames {
  readonly model: ReadonlyMap<number, string>;
  readonly buffers: ReadonlyMap<number, string>;
  readonly vectors: ReadonlyMap<number, string>;
}

/** The names of everything that a list of this model may point at. */
export function listNames(counts: Counts, layout: Layout): ListNames {
  const vectors = vectorLayout(counts);
  const buffers = bufferLayout(counts);
  const isGain = (name: string): boolean => name.includes("gain") || name === "head.norm";
  return {
    model: new Map(
      Array.from(layout.places.values(), ({ name, offset }) => [isGain(name) ? offset + gainHeaderBytes : offset, name]),
    ),
    buffers: new Map([
      ...Array.from({ length: counts.layers }, (_, layer): [number, string] => [buffers.state(layer), `layers.${layer}.state`]),
      [buffers.logits(), "logits"],
    ]),
    vectors: new Map([
      [vectors.residual, "x"],
      [vectors.normed, "n"],
      [vectors.first, "a"],
      [vectors.second, "b"],
    ]),
  };
}

/** All commands of a list; bytes that are no command are shown as they are. Nothing is checked: the hardware does that. */
export function disassemble(list: Uint8Array, names: ListNames): DisassembledCommand[] {
  return Array.from({ length: Math.floor(list.length / commandBytes) }, (_, index) =>
    disassembleCommand(index, list.subarray(index * commandBytes, (index + 1) * commandBytes), names),
  );
}

/** The lines for people: index, operation, what it does. */
export function disassemblyLines(commands: readonly DisassembledCommand[]): string[] {
  return commands.map(({ index, operation, column, text }) => {
    const where = column === "every" ? "" : ` [column ${column}]`;
    return `${String(index).padStart(5)}  ${operation.padEnd(17)} ${text}${where}`.trimEnd();
  });
}

function disassembleCommand(index: number, bytes: Uint8Array, names: ListNames): DisassembledCommand {
  const numbers = decodeNumbers(bytes);
  const operation = operations.find(({ opcode }) => opcode === numbers.opcode);
  const column = numbers.column === everyColumn ? "every" : numbers.column === lastColumn ? "last" : String(numbers.column);
  if (operation === undefined) {
    const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return { index, operation: "unknown", column, fields: {}, streamBytes: 0, text };
  }
  const array = arrayOf(numbers, names);
  const fields = Object.fromEntries(
    operation.fields.map((name) => [name, typeof numbers[name] === "bigint" ? String(numbers[name]) : numbers[name]]),
  );
  return {
    ...{ index, operation: operation.name, column },
    ...(array === undefined ? {} : { array }),
    fields,
    streamBytes: streamBytesOf(numbers),
    text: texts[operation.name](numbers, array ?? "", (address) => names.vectors.get(address) ?? addressText(address)),
  };
}

/** Bytes of a command's stream. */
function streamBytesOf({ opcode, flags, count, groups, stride }: CommandNumbers): number {
  const operation = operationWithOpcode(opcode);
  if (operation?.stream === undefined || (operation.name === "GATE" && flags !== commandFlags.BOUND)) return 0;
  return operation.stream.kind === "weights" ? groups * stride : count * operation.stream.elementBytes;
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const addressText = (address: number): string => `bank${address < 2 ** bankBit ? 0 : 1}+${address % 2 ** bankBit}`;
const isLogits = ({ flags }: CommandNumbers): boolean => flags === commandFlags.LOGITS;

/** The array at the command's offset, or the logits that it stores. */
function arrayOf(numbers: CommandNumbers, names: ListNames): string | undefined {
  const operation = operationWithOpcode(numbers.opcode);
  const isStored = operation?.stores !== undefined && operation.name !== "MATRIX";
  if (operation === undefined || (operation.stream === undefined && !isStored)) return undefined;
  if (operation.name === "GATE" && !isLogits(numbers)) return undefined;
  const region = isStored || operation.stream?.region === "B" ? names.buffers : names.model;
  return region.get(numbers.offset) ?? hex(numbers.offset);
}

type Text = (numbers: CommandNumbers, array: string, name: (address: number) => string) => string;

const texts: Readonly<Record<OperationName, Text>> = {
  END: () => "",
  END_UNLESS_LOGITS: () => "",
  EMBED: ({ count, groups, stride, destination }, array, name) =>
    `${name(destination)}[${count}] = ${array}[token], ${groups} rows of ${stride} bytes`,
  NORM: ({ count, a, destination, gainFraction, fractionOut }, array, name) =>
    `${name(destination)}[${count}] = norm(${name(a)}), ${array} (fraction ${gainFraction}), fraction ${fractionOut}`,
  QUANTISE: ({ count, a, gainFraction, mantissa, exponent, fractionOut }, array, name) =>
    `q[${count}] = int8 of norm(${name(a)}), ${array} (fraction ${gainFraction}), scale ${mantissa} * 2^-${exponent}, fraction ${fractionOut}`,
  MATRIX: (numbers, array, name) => {
    const { count, stride, destination, split, destination2 } = numbers;
    const upper = isLogits(numbers) ? `logits at ${hex(destination)}` : `${name(destination)}[${split}]`;
    const lower = split < count ? `, ${name(destination2)}[${count - split}]` : "";
    return `${upper}${lower} = ${array} (${count} x ${stride}) * q`;
  },
  SQUARES: ({ count, a }, _array, name) => `of ${name(a)}[${count}]`,
  GATE: ({ count, a, fractionIn }, array, name) =>
    `${name(a)}[${count}] = sigmoid(${name(a)}), fraction ${fractionIn}${array === "" ? "" : `, at least ${array}`}`,
  LOAD_STATE: ({ count }, array) => `h[${count}] = ${array}`,
  UPDATE: ({ count, a, b, destination, fractionIn }, _array, name) =>
    `${name(destination)}[${count}] = h = ${name(a)} of h, rest of SiLU(${name(b)}), fraction ${fractionIn}`,
  STORE_STATE: ({ count }, array) => `${array} = h[${count}]`,
  GLU: ({ count, a, b, destination, fractionIn, shift }, _array, name) =>
    `${name(destination)}[${count}] = SiLU(${name(a)}) * ${name(b)}, fraction ${fractionIn}, shift ${shift}`,
  RESIDUAL: ({ count, a, b }, _array, name) => `${name(a)}[${count}] += ${name(b)}`,
  LOAD_ACTIVATIONS: ({ count, mantissa, shift }, array) => `q[${count}] = ${array}, mantissa ${mantissa}, shift ${shift}`,
  STORE: ({ count, a }, array, name) => `${array} = ${name(a)}[${count}]`,
};

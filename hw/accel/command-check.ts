/**
 * What the list fetcher refuses, in plain TypeScript: the reference for its tests, and for whoever interprets lists. Of several things
 * that are wrong with a command, the first of OPCODE, FIELD, COUNT, BANK, ADDRESS, TOKEN, REGION is reported.
 */
import { decodeNumbers, type CommandNumbers } from "./command-codec.ts";
import {
  aligned64,
  bankBit,
  commandBytes,
  commandFields,
  commandFlags,
  commandLimits,
  everyColumn,
  lastColumn,
  operationWithOpcode,
  smallestCommandMantissa,
  type CommandFieldName,
  type Operation,
} from "./commands.ts";
import { alignment, type AcceleratorParameters } from "./parameters.ts";

export type CommandProblem = "OPCODE" | "FIELD" | "COUNT" | "BANK" | "ADDRESS" | "TOKEN" | "REGION";

/** What a command is checked against. */
export interface CheckContext {
  readonly parameters: Pick<AcceleratorParameters, "columns" | "vectorElements" | "stateElements" | "activationBytes">;
  readonly modelBytes: number;
  readonly bufferBytes: number;
  /** The active columns' tokens: as many as there are active columns. */
  readonly tokens: readonly number[];
}

/** The columns that a command selects, ascending; empty: it is skipped, with its stream. */
export function selectedColumns(column: number, active: number): readonly number[] {
  if (column === everyColumn) return Array.from({ length: active }, (_, index) => index);
  if (column === lastColumn) return [active - 1];
  return column < active ? [column] : [];
}

/** Whether a command streams something: GATE does so only with its flag. */
export function streams(operation: Operation, flags: number): boolean {
  return operation.stream !== undefined && (operation.name !== "GATE" || flags === commandFlags.BOUND);
}

/** What is wrong with a command of 64 bytes, or undefined. */
export function commandProblem(bytes: Uint8Array, context: CheckContext): CommandProblem | undefined {
  const numbers = decodeNumbers(bytes);
  const operation = operationWithOpcode(numbers.opcode);
  if (operation === undefined) return "OPCODE";
  if (hasBadField(bytes, numbers, operation, context)) return "FIELD";
  if (hasBadCount(numbers, operation, context)) return "COUNT";
  if (hasBadBank(numbers, operation)) return "BANK";
  if (isMisaligned(numbers, operation)) return "ADDRESS";
  return regionProblem(numbers, operation, context);
}

const isLogits = (numbers: CommandNumbers, operation: Operation): boolean =>
  operation.name === "MATRIX" && numbers.flags === commandFlags.LOGITS;

function hasBadField(bytes: Uint8Array, numbers: CommandNumbers, operation: Operation, context: CheckContext): boolean {
  const { column, flags, epsilon, mantissa, exponent, shift } = numbers;
  const known: ReadonlySet<CommandFieldName> = new Set(["opcode", "flags", "column", ...operation.fields]);
  const used = new Set<number>();
  for (const name of known) {
    const { offset, bytes: size } = commandFields[name];
    for (let i = 0; i < size; i++) used.add(offset + i);
  }
  for (let i = 0; i < commandBytes; i++) if (!used.has(i) && bytes[i] !== 0) return true;
  if (flags > (operation.flags.length > 0 ? 1 : 0)) return true;
  if (column >= context.parameters.columns && column !== everyColumn && column !== lastColumn) return true;
  if (operation.oneColumn === true && column === everyColumn) return true;
  if (operation.name === "GATE" && flags === 0 && numbers.offset !== 0) return true;
  if (operation.name === "MATRIX" && numbers.split === numbers.count && numbers.destination2 !== 0) return true;
  if (operation.name === "QUANTISE" && mantissa < smallestCommandMantissa) return true;
  const fractions = [numbers.gainFraction, numbers.fractionIn, numbers.fractionOut];
  return (
    fractions.some((fraction) => fraction > commandLimits.fraction) ||
    shift > commandLimits.shift ||
    Math.abs(exponent) > commandLimits.exponent ||
    epsilon >> BigInt(commandLimits.epsilonBits) !== 0n
  );
}

function hasBadCount(numbers: CommandNumbers, operation: Operation, { parameters }: CheckContext): boolean {
  const { count, groups, stride, split } = numbers;
  const { vectorElements, stateElements, activationBytes } = parameters;
  if (operation.limit === "none") return false;
  const limits = { vector: vectorElements, state: stateElements, activations: activationBytes, rows: commandLimits.rows };
  if (count === 0 || count > limits[operation.limit]) return true;
  const fits = (operand: number, elements: number): boolean => (operand % 2 ** bankBit) + elements <= vectorElements;
  if (operation.name === "MATRIX") {
    if (groups !== Math.ceil(count / 5) || stride === 0 || stride > activationBytes || split === 0 || split > count) return true;
    if (isLogits(numbers, operation)) return split !== count;
    return !fits(numbers.destination, split) || !fits(numbers.destination2, count - split);
  }
  if (operation.name === "EMBED" && (groups === 0 || groups > commandLimits.rows || stride === 0 || stride > commandLimits.stride))
    return true;
  return (["a", "b", "destination"] as const).some((name) => operation.fields.includes(name) && !fits(numbers[name], count));
}

function hasBadBank(numbers: CommandNumbers, { banks }: Operation): boolean {
  const bank = (operand: number): number => Math.floor(operand / 2 ** bankBit);
  return banks !== undefined && ((banks.a ?? 0) !== bank(numbers.a) || (banks.b ?? 0) !== bank(numbers.b));
}

function isMisaligned(numbers: CommandNumbers, operation: Operation): boolean {
  const addresses = ["offset", "stride", "a", "b", "destination", "destination2"] as const;
  return addresses.some((name) => operation.fields.includes(name) && numbers[name] % alignment !== 0);
}

/** TOKEN and REGION: only for columns that are active. */
function regionProblem(numbers: CommandNumbers, operation: Operation, context: CheckContext): CommandProblem | undefined {
  const { count, offset, groups, stride } = numbers;
  const { modelBytes, bufferBytes, tokens } = context;
  const columns = selectedColumns(numbers.column, tokens.length);
  if (columns.length === 0) return undefined;
  if (operation.name === "EMBED") {
    for (const column of columns) {
      const token = tokens[column] ?? 0;
      if (token >= groups) return "TOKEN";
      if (offset + token * stride + count > modelBytes) return "REGION";
    }
    return undefined;
  }
  const { stream } = operation;
  if (stream !== undefined && streams(operation, numbers.flags)) {
    const bytes = stream.kind === "weights" ? groups * stride : count * stream.elementBytes;
    if (offset + bytes > (stream.region === "M" ? modelBytes : bufferBytes)) return "REGION";
  }
  if (isLogits(numbers, operation)) {
    const before = (columns.length - 1) * aligned64(4 * count);
    if (numbers.destination + before + 4 * count > bufferBytes) return "REGION";
  }
  if ((operation.stores === "state" || operation.stores === "vector") && offset + 4 * count > bufferBytes) return "REGION";
  return undefined;
}

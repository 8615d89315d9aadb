/** Random commands of the vector unit, extreme values among their numbers. */
import type { Random } from "../../../../gen/index.ts";
import { operationNamed, type OperationName } from "../../commands.ts";
import type { VectorParameters } from "../vector-command.ts";
import type { ModelCommand, Operand } from "./vector-model.ts";

/** The operations of the vector unit. */
export const vectorOperations = [
  "EMBED",
  "NORM",
  "QUANTISE",
  "SQUARES",
  "GATE",
  "LOAD_STATE",
  "UPDATE",
  "STORE_STATE",
  "GLU",
  "RESIDUAL",
  "LOAD_ACTIVATIONS",
  "STORE",
] as const satisfies readonly OperationName[];

/** A signed number of `bits` bits: often small, sometimes one of the two extremes. */
export function signedNumber(random: Random, bits: number): number {
  const limit = 2 ** (bits - 1);
  if (random.chance(0.03)) return random.chance(0.5) ? -limit : limit - 1;
  const width = random.chance(0.5) ? bits : 1 + random.below(bits);
  return random.below(2 ** width) - 2 ** (width - 1);
}

/** `count` numbers of one magnitude, or of all magnitudes, or all 0. */
export function signedNumbers(random: Random, bits: number, count: number): number[] {
  if (random.chance(0.05)) return new Array<number>(count).fill(0);
  const width = random.chance(0.3) ? bits : 1 + random.below(bits);
  return Array.from({ length: count }, () => signedNumber(random, width));
}

function streamOf(random: Random, name: OperationName, count: number, columns: number): number[] {
  switch (name) {
    case "EMBED":
      return signedNumbers(random, 8, count * columns);
    case "LOAD_ACTIVATIONS":
      return signedNumbers(random, 8, count);
    case "NORM":
    case "QUANTISE":
      return signedNumbers(random, 16, count);
    case "GATE":
      return signedNumbers(random, 16, count).map((value) => value & 0xffff);
    case "LOAD_STATE":
      return random.chance(0.2) ? signedNumbers(random, 32, count) : signedNumbers(random, 24, count);
    default:
      return [];
  }
}

/** Columns `first` to `last`. */
export function columnRange(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** A command with at most `longest` elements; operands lie at multiples of `longest`, so that two of them are equal or apart. */
export function randomCommand(random: Random, parameters: VectorParameters, name: OperationName, longest: number): ModelCommand {
  const slots = Math.floor(parameters.vectorElements / longest);
  const operand = (bank?: 0 | 1): Operand => ({
    bank: bank ?? (random.chance(0.5) ? 1 : 0),
    element: random.below(slots) * longest,
  });
  const operation = operationNamed(name);
  const count = random.chance(0.2) ? longest - random.below(3) : 1 + random.below(longest);
  const first = random.below(parameters.columns);
  const last = operation.oneColumn === true ? first : first + random.below(parameters.columns - first);
  const columns = columnRange(first, last);
  const bound = name === "GATE" && random.chance(0.5);
  return {
    name,
    count,
    columns,
    a: operand(operation.banks?.a),
    b: operand(operation.banks?.b),
    destination: operand(),
    stream: name === "GATE" && !bound ? [] : streamOf(random, name, count, columns.length),
    bound,
    epsilon: random.chance(0.3) ? 0n : random.bits(1 + random.below(60)),
    mantissa: 32768 + random.below(32768),
    exponent: random.below(129) - 64,
    gainFraction: random.below(21),
    fractionIn: random.below(21),
    fractionOut: random.below(21),
    shift: random.chance(0.5) ? random.below(64) : random.below(41),
    tokenScales: Array.from({ length: parameters.columns }, () => ({ mantissa: random.below(65536), shift: random.below(64) })),
  };
}

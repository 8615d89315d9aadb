/** For tests: command lists with something wrong in them. */
import type { Random } from "../../../gen/index.ts";
import { selectedColumns } from "../command-check.ts";
import { decodeNumbers } from "../command-codec.ts";
import { aligned64, commandBytes, commandFields, operations, operationWithOpcode, type CommandFieldName } from "../commands.ts";

const fieldNames = Object.keys(commandFields) as CommandFieldName[];
const commandsOf = (list: Uint8Array): number => list.length / commandBytes;

/** One of the values. */
export function oneOf<T>(random: Random, values: readonly T[]): T {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new RangeError("nothing to choose from");
  return value;
}

/** Some bits flipped. */
function flipped(random: Random, list: Uint8Array): Uint8Array {
  const changed = list.slice();
  for (let left = 1 + random.below(3); left > 0; left--) {
    const place = random.below(changed.length);
    changed[place] = (changed[place] ?? 0) ^ (1 << random.below(8));
  }
  return changed;
}

/** A command's bytes replaced by random ones, or all of them by one byte. */
function scribbled(random: Random, list: Uint8Array): Uint8Array {
  const changed = list.slice();
  const first = commandBytes * random.below(commandsOf(list));
  const fill = random.chance(0.3) ? random.below(256) : null;
  for (let i = 0; i < commandBytes; i++) changed[first + i] = fill ?? random.below(256);
  return changed;
}

/** Values at which something begins to be wrong. */
function edgeValue(random: Random, bits: number, value: bigint): bigint {
  const edges = [0n, 1n, 63n, 64n, 65n, 255n, value - 64n, value - 1n, value + 1n, value + 64n, value * 2n, 1n << BigInt(bits - 1)];
  const top = 1n << BigInt(bits);
  const wanted = random.chance(0.2) ? top - oneOf(random, [1n, 63n, 64n, 65n, 128n]) : oneOf(random, edges);
  return BigInt.asUintN(bits, wanted);
}

/** A field of a command at the edge of what it may hold. */
function atEdge(random: Random, list: Uint8Array): Uint8Array {
  const changed = list.slice();
  const first = commandBytes * random.below(commandsOf(list));
  const { offset, bytes } = commandFields[oneOf(random, fieldNames)];
  let value = 0n;
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(changed[first + offset + i] ?? 0);
  const edge = edgeValue(random, 8 * bytes, value);
  for (let i = 0; i < bytes; i++) changed[first + offset + i] = Number((edge >> BigInt(8 * i)) & 0xffn);
  return changed;
}

/** A command moved to where another one was, so that operands and squares do not fit. */
function swapped(random: Random, list: Uint8Array): Uint8Array {
  const changed = list.slice();
  const [one, other] = [0, 1].map(() => commandBytes * random.below(commandsOf(list)));
  const command = (at = 0): Uint8Array => list.slice(at, at + commandBytes);
  changed.set(command(one), other);
  if (random.chance(0.5)) changed.set(command(other), one);
  return changed;
}

/** Another operation with the same fields: some it does not know, some it misses. */
function renamed(random: Random, list: Uint8Array): Uint8Array {
  const changed = list.slice();
  const first = commandBytes * random.below(commandsOf(list));
  changed[first] = random.chance(0.2) ? random.below(256) : oneOf(random, operations).opcode;
  return changed;
}

/** An aligned place or size moved, by a little or by a lot: into another vector, to the end of a region, beyond it. */
function displaced(random: Random, list: Uint8Array): Uint8Array {
  const changed = list.slice();
  const view = new DataView(changed.buffer);
  for (let tries = 0; tries < 50; tries++) {
    const first = commandBytes * random.below(commandsOf(list));
    const name = oneOf(random, ["offset", "offset", "stride", "a", "b", "destination", "destination2"] as const);
    if (operationWithOpcode(changed[first] ?? 0)?.fields.includes(name) !== true) continue;
    const place = first + commandFields[name].offset;
    const distance = 64 * (1 + random.below(2 ** (1 + random.below(25))));
    view.setUint32(place, (view.getUint32(place, true) + (random.chance(0.5) ? distance : -distance)) >>> 0, true);
    return changed;
  }
  return changed;
}

/** A list without its END, or with one that is skipped nowhere. */
function endless(random: Random, list: Uint8Array): Uint8Array {
  const commands = commandsOf(list);
  return list.slice(0, commandBytes * (1 + random.below(commands - 1)));
}

export const mutations = { flipped, scribbled, atEdge, displaced, swapped, renamed, endless };
export type MutationName = keyof typeof mutations;

/** Whether two ranges of the same bank overlap otherwise than exactly. */
function overlapsBadly(one: number, other: number, count: number): boolean {
  return one !== other && Math.abs(one - other) < Math.ceil(count / 16) * 16 && one >= 2 ** 31 === other >= 2 ** 31;
}

/** What a column's squares, and its Q16 numbers, were computed of: an operand and a count. */
interface Known {
  squares: string;
  gate: string;
}

/** Forgets what is known of a vector that is written over. */
function forget(known: Known, at: number, length: number): void {
  for (const key of ["squares", "gate"] as const) {
    const [first = Number.NaN, elements = 0] = known[key].split(":").map(Number);
    const sameBank = first >= 2 ** 31 === at >= 2 ** 31;
    if (sameBank && first < at + length + 16 && at < first + elements + 16) known[key] = "";
  }
}

/**
 * Whether the hardware's results of a list, up to command `end`, are defined: no operand overlaps a destination otherwise than exactly, squares
 * are those of the vector that is normalised, UPDATE's forget gate comes from GATE, and nothing is loaded that the list stores.
 */
export function isDefined(list: Uint8Array, end: number, active: number): boolean {
  const stored: (readonly [number, number])[] = [];
  const columns = Array.from({ length: active }, (): Known => ({ squares: "", gate: "" }));
  for (let index = 0; index < end; index++) {
    const numbers = decodeNumbers(list.subarray(index * commandBytes, (index + 1) * commandBytes));
    const { a, b, destination, destination2, split, count, offset } = numbers;
    const operation = operationWithOpcode(numbers.opcode);
    if (operation === undefined) return false;
    const vector = (at: number): string => `${at}:${count}`;
    const isInPlaceOrApart = [a, ...(operation.fields.some((name) => name === "b") ? [b] : [])].every(
      (operand) => !overlapsBadly(operand, destination, count),
    );
    const selected = selectedColumns(numbers.column, active);
    if (selected.length > 0 && operation.stream?.region === "B") {
      if (stored.some(([first, last]) => offset < last + 64 && first < offset + 4 * count + 64)) return false;
    }
    if (operation.name === "STORE_STATE" || operation.name === "STORE") stored.push([offset, offset + 4 * count]);
    for (const known of selected.map((column) => columns[column] ?? { squares: "", gate: "" })) {
      switch (operation.name) {
        case "EMBED":
          forget(known, destination, count);
          known.squares = vector(destination);
          break;
        case "NORM":
          if (known.squares !== vector(a) || !isInPlaceOrApart) return false;
          forget(known, destination, count);
          known.squares = vector(destination);
          break;
        case "QUANTISE":
          if (known.squares !== vector(a)) return false;
          break;
        case "MATRIX":
          if (numbers.flags !== 0) {
            stored.push([destination, destination + selected.length * aligned64(4 * count)]);
          } else {
            forget(known, destination, split);
            forget(known, destination2, count - split);
          }
          break;
        case "SQUARES":
          known.squares = vector(a);
          break;
        case "GATE":
          forget(known, a, count);
          known.gate = vector(a);
          break;
        case "UPDATE":
          if (known.gate !== vector(a) || !isInPlaceOrApart) return false;
          forget(known, destination, count);
          break;
        case "GLU":
          if (!isInPlaceOrApart) return false;
          forget(known, destination, count);
          known.squares = vector(destination);
          break;
        case "RESIDUAL":
          forget(known, a, count);
          known.squares = vector(a);
          break;
        default:
      }
    }
  }
  return true;
}

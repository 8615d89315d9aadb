/** JavaScript numbers where hardware values are expected. */
import { describeType } from "../diagnostics/describe.ts";
import { constant, fits, literalType, toBits } from "../ir/build.ts";
import type { BitsType, Expression, Location } from "../ir/nodes.ts";
import { report } from "./scope.ts";

/** A JavaScript number or bigint where a hardware value is expected. */
export type Literal = number | bigint;

/** The whole number that a literal means, null where it is none. */
function toBigInt(value: Literal): bigint | null {
  if (typeof value === "bigint") return value;
  return Number.isSafeInteger(value) ? BigInt(value) : null;
}

/** A literal as a constant of `type`; one that does not fit is reported and loses its high bits. */
export function literal(value: Literal, type: BitsType, location: Location): Expression {
  const whole = typeof value === "number" || typeof value === "bigint" ? toBigInt(value) : null;
  if (whole === null) {
    report({
      code: typeof value === "number" ? "W105" : "P702",
      subject: `${String(value)} as a value of ${describeType(type)}`,
      location,
      declared: [],
      fix: typeof value === "number" ? "write a whole number below 2^53, or a bigint (1n)" : "give a signal, a number or a bigint",
    });
    return constant(0n, type, location);
  }
  if (fits(whole, type)) return constant(whole, type, location);
  const [low, high] = type.signed
    ? [-(1n << BigInt(type.width - 1)), (1n << BigInt(type.width - 1)) - 1n]
    : [0n, (1n << BigInt(type.width)) - 1n];
  report({
    code: "W105",
    subject: `${whole} as a value of ${describeType(type)}`,
    location,
    declared: [],
    fix: `the range is ${low} to ${high}: use a value inside it, or a wider ${type.signed ? "sint" : "uint"}`,
  });
  const bits = toBits(whole, type.width);
  return constant(type.signed ? BigInt.asIntN(type.width, bits) : bits, type, location);
}

/** A literal as an operand: the smallest width that holds it, with the other operand's signedness. */
export function smallestLiteral(value: Literal, signed: boolean, location: Location): Expression {
  const smallest = literalType(toBigInt(value) ?? 0n);
  const width = smallest.width + (signed && !smallest.signed ? 1 : 0);
  return literal(value, { signed, width }, location);
}

/** The type of the wider of two literals. */
export function commonType(a: Literal, b: Literal): BitsType {
  const types = [a, b].map((value) => literalType(toBigInt(value) ?? 0n));
  const signed = types.some((type) => type.signed);
  return { signed, width: Math.max(...types.map((type) => type.width + (signed && !type.signed ? 1 : 0))) };
}

/** A whole number of at least `least`, or a report and `least`. */
export function checkedCount(value: number, least: number, subject: string, location: Location): number {
  if (Number.isInteger(value) && value >= least && value <= 1 << 20) return value;
  report({ code: "P701", subject, location, declared: [], fix: `give a whole number from ${least} to ${1 << 20}` });
  return Math.max(least, 1);
}

/** Constructors of expressions that keep the IR's typing rules, with the cheap simplifications that keep texts readable. */
import type { BinaryOperator, BitsType, Expression, Location, UnaryOperator } from "./nodes.ts";

export const bitType: BitsType = { signed: false, width: 1 };
export const unsignedType = (width: number): BitsType => ({ signed: false, width });

/** A constant of `type`; `value` must lie in its range. */
export function constant(value: bigint, type: BitsType, location: Location): Expression {
  return { kind: "constant", type, value, location };
}

/** The smallest type that holds `value`: unsigned where it is not negative. */
export function literalType(value: bigint): BitsType {
  if (value >= 0n) return { signed: false, width: value.toString(2).length };
  return { signed: true, width: (-value - 1n).toString(2).length + (value === -1n ? 0 : 1) };
}

/** The bits of a signal's width that `value` has in two's complement, as an unsigned number. */
export function toBits(value: bigint, width: number): bigint {
  return BigInt.asUintN(width, value);
}

/** Whether `value` is in the range of `type`. */
export function fits(value: bigint, type: BitsType): boolean {
  return type.signed ? BigInt.asIntN(type.width, value) === value : BigInt.asUintN(type.width, value) === value;
}

/** The value of `type` whose bits are the low bits of `value`. */
export function interpret(value: bigint, type: BitsType): bigint {
  return type.signed ? BigInt.asIntN(type.width, value) : BigInt.asUintN(type.width, value);
}

/** The type that the IR gives the result of an operator. */
export function unaryType(operator: UnaryOperator, operand: BitsType): BitsType {
  return operator === "not" || operator === "negate" ? operand : bitType;
}

/** The type that the IR gives the result of an operator. */
export function binaryType(operator: BinaryOperator, left: BitsType, right: BitsType): BitsType {
  switch (operator) {
    case "add":
    case "sub":
      return { signed: left.signed, width: Math.max(left.width, right.width) + 1 };
    case "mul":
      return { signed: left.signed, width: left.width + right.width };
    case "and":
    case "or":
    case "xor":
      return left.width >= right.width ? left : right;
    case "shiftLeft":
    case "shiftRight":
      return left;
    case "eq":
    case "ne":
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return bitType;
  }
}

export function unary(operator: UnaryOperator, operand: Expression, location: Location): Expression {
  return { kind: "unary", type: unaryType(operator, operand.type), operator, operand, location };
}

export function binary(operator: BinaryOperator, left: Expression, right: Expression, location: Location): Expression {
  return { kind: "binary", type: binaryType(operator, left.type, right.type), operator, left, right, location };
}

export function mux(condition: Expression, whenTrue: Expression, whenFalse: Expression, location: Location): Expression {
  return { kind: "mux", type: whenTrue.type, condition, whenTrue, whenFalse, location };
}

/** The same value or bits as `type`; nothing where that is the operand's type already. */
export function convert(operand: Expression, type: BitsType, location: Location): Expression {
  if (operand.type.width === type.width && operand.type.signed === type.signed) return operand;
  return { kind: "convert", type, operand, location };
}

/** Bits high..low. Slices of slices, of concatenations and of constants are resolved. */
export function slice(operand: Expression, high: number, low: number, location: Location): Expression {
  const type = unsignedType(high - low + 1);
  if (low === 0 && high === operand.type.width - 1) return convert(operand, type, location);
  switch (operand.kind) {
    case "constant":
      return constant(toBits(operand.value >> BigInt(low), type.width), type, location);
    case "slice":
      return slice(operand.operand, operand.low + high, operand.low + low, location);
    case "convert":
      return high < operand.operand.type.width
        ? slice(operand.operand, high, low, location)
        : plainSlice(operand, high, low, location);
    case "concatenate": {
      const parts: Expression[] = [];
      let partLow = operand.type.width;
      for (const part of operand.parts) {
        const partHigh = partLow - 1;
        partLow -= part.type.width;
        if (partLow > high || partHigh < low) continue;
        parts.push(slice(part, Math.min(high, partHigh) - partLow, Math.max(low, partLow) - partLow, location));
      }
      return concatenate(parts, location);
    }
    default:
      return plainSlice(operand, high, low, location);
  }
}

function plainSlice(operand: Expression, high: number, low: number, location: Location): Expression {
  return { kind: "slice", type: unsignedType(high - low + 1), operand, high, low, location };
}

/** Most significant part first. Neighbouring slices of one signal are joined; one part alone is itself, unsigned. */
export function concatenate(parts: readonly Expression[], location: Location): Expression {
  const joined: Expression[] = [];
  for (const part of parts) {
    const previous = joined.at(-1);
    if (
      previous?.kind === "slice" &&
      part.kind === "slice" &&
      previous.low === part.high + 1 &&
      sameReference(previous.operand, part.operand)
    ) {
      joined[joined.length - 1] = slice(part.operand, previous.high, part.low, location);
    } else {
      joined.push(part);
    }
  }
  const [first] = joined;
  if (joined.length === 1 && first !== undefined) return convert(first, unsignedType(first.type.width), location);
  return {
    kind: "concatenate",
    type: unsignedType(joined.reduce((sum, part) => sum + part.type.width, 0)),
    parts: joined,
    location,
  };
}

function sameReference(a: Expression, b: Expression): boolean {
  return a === b || (a.kind === "reference" && b.kind === "reference" && a.signal === b.signal);
}

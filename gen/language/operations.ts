/** What the operations of UInt and SInt build in the IR. */
import { describeExpression, describeType } from "../diagnostics/describe.ts";
import { binary, bitType, concatenate, constant, convert, slice, unsignedType } from "../ir/build.ts";
import type { BinaryOperator, Expression, Location } from "../ir/nodes.ts";
import { checkedCount, literal, smallestLiteral, type Literal } from "./literal.ts";
import { report, type Scope } from "./scope.ts";

/** A value: its expression and the module that it belongs to (null: a constant). */
export interface Operand {
  readonly expression: Expression;
  readonly scope: Scope | null;
}

const isOperand = (value: Operand | Literal): value is Operand => typeof value === "object";

/** An operand as an expression; a literal takes the smallest width of the given signedness. */
function asOperand(value: Operand | Literal, signed: boolean, location: Location): Expression {
  return isOperand(value) ? value.expression : smallestLiteral(value, signed, location);
}

type Result = [expression: Expression, scope: Scope | null];

export function arithmetic(operator: "add" | "sub" | "mul", left: Operand, right: Operand | Literal, location: Location): Result {
  const signed = left.expression.type.signed;
  return [binary(operator, left.expression, asOperand(right, signed, location), location), scopeOf(left, right, location)];
}

export function bitwise(operator: BinaryOperator, left: Operand, right: Operand | Literal, location: Location): Result {
  const expression = isOperand(right) ? right.expression : literal(right, left.expression.type, location);
  return [binary(operator, left.expression, expression, location), scopeOf(left, right, location)];
}

export function comparison(operator: BinaryOperator, left: Operand, right: Operand | Literal, location: Location): Result {
  const exact = operator === "eq" || operator === "ne";
  const expression =
    isOperand(right) || !exact
      ? asOperand(right, left.expression.type.signed, location)
      : literal(right, left.expression.type, location);
  return [binary(operator, left.expression, expression, location), scopeOf(left, right, location)];
}

export function dynamicShift(
  operator: "shiftLeft" | "shiftRight",
  value: Operand,
  amount: Operand,
  location: Location,
): Expression {
  return binary(operator, value.expression, amount.expression, location);
}

export function constantShiftLeft(value: Operand, n: number, location: Location): Expression {
  const count = checkedCount(n, 0, `shiftLeft(${n}) of ${describe(value)}`, location);
  if (count === 0) return value.expression;
  const bits = convert(value.expression, unsignedType(value.expression.type.width), location);
  const shifted = concatenate([bits, constant(0n, unsignedType(count), location)], location);
  return convert(shifted, { signed: value.expression.type.signed, width: value.expression.type.width + count }, location);
}

export function constantShiftRight(value: Operand, n: number, location: Location): Expression {
  const { signed, width } = value.expression.type;
  const count = checkedCount(n, 0, `shiftRight(${n}) of ${describe(value)}`, location);
  if (count === 0) return value.expression;
  if (count >= width && !signed) return constant(0n, bitType, location);
  const low = Math.min(count, width - 1);
  return convert(slice(value.expression, width - 1, low, location), { signed, width: width - low }, location);
}

export function resize(
  operation: "truncate" | "wrap" | "zeroExtend" | "signExtend" | "extend",
  value: Operand,
  width: number,
  location: Location,
): Expression {
  const own = value.expression.type.width;
  const { signed } = value.expression.type;
  const grows = operation !== "truncate" && operation !== "wrap";
  const count = checkedCount(width, 1, `${operation}(${width}) of ${describe(value)}`, location);
  if (grows ? count < own : count > own) {
    const other = grows ? "truncate" : signed ? "signExtend" : "zeroExtend";
    report({
      code: "W106",
      subject: `${operation}(${width}) of ${describe(value)}`,
      location,
      declared: declaredOf(value),
      fix: `${operation} cannot make a value ${grows ? "narrower" : "wider"}: write .${other}(${width})`,
    });
  }
  if (grows) return convert(value.expression, { signed, width: count }, location);
  if (count >= own) return convert(value.expression, { signed, width: count }, location);
  return convert(slice(value.expression, count - 1, 0, location), { signed, width: count }, location);
}

/** The module of an operation on two values; values of two modules do not mix. */
export function scopeOf(left: Operand, right: Operand | Literal, location: Location): Scope | null {
  if (!isOperand(right)) return left.scope;
  sameModule(left.scope, right, location);
  return left.scope ?? right.scope;
}

/** Reports a value that belongs to another module than `scope`. */
export function sameModule(scope: Scope | null, value: Operand, location: Location): void {
  if (scope === null || value.scope === null || scope === value.scope) return;
  report({
    code: "D206",
    subject: `${describe(value)} is used in module ${scope.module}`,
    location,
    declared: declaredOf(value),
    fix: "signals are seen only inside their module: pass the value through ports",
  });
}

/** `module.name (8 bits, unsigned)`, for messages. */
export function describe(value: Operand): string {
  return `${describeExpression(value.expression, value.scope)} (${describeType(value.expression.type)})`;
}

/** Where the signal that a value stands for was declared; nothing for compound expressions. */
export function declaredOf(value: Operand): { readonly name: string; readonly location: Location }[] {
  const { expression, scope } = value;
  if (expression.kind !== "reference" || scope === null) return [];
  const signal = scope.signals.get(expression.signal);
  return signal === undefined ? [] : [{ name: `${scope.module}.${signal.path}`, location: signal.location }];
}

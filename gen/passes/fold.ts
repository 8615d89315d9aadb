/**
 * Constant folding: operations on constants, comparisons that the operand's range decides, multiplexers whose choice is known. Keeps
 * every type; readable designs with parameters give readable Verilog, and linters find no comparison that is always true.
 */
import { constant, interpret, toBits } from "../ir/build.ts";
import type { BinaryOperator, BitsType, Expression, Module } from "../ir/nodes.ts";
import { mapExpressions, visitExpressions } from "../ir/visit.ts";

/** The module with all its expressions folded. */
export function fold(module: Module): Module {
  const folded = new Map<Expression, Expression>();
  const seen = new Set<Expression>();
  const result = (expression: Expression): Expression => folded.get(expression) ?? expression;
  return mapExpressions(module, (expression) => {
    visitExpressions(
      [expression],
      (node) => {
        folded.set(node, foldNode(node, result));
      },
      seen,
    );
    return result(expression);
  });
}

/** One node whose parts are folded already. */
function foldNode(node: Expression, result: (part: Expression) => Expression): Expression {
  const { type, location } = node;
  const known = (value: bigint): Expression => constant(interpret(value, type), type, location);
  switch (node.kind) {
    case "constant":
    case "reference":
      return node;
    case "unary": {
      const operand = result(node.operand);
      if (operand.kind === "constant") return known(unaryValue(node.operator, operand.value, operand.type));
      // Two inversions: the operand itself.
      if (node.operator === "not" && operand.kind === "unary" && operand.operator === "not") return operand.operand;
      if (node.operator.startsWith("reduce") && operand.type.width === 1 && !operand.type.signed) return operand;
      return operand === node.operand ? node : { ...node, operand };
    }
    case "binary": {
      const left = result(node.left);
      const right = result(node.right);
      const value = binaryValue(node.operator, left, right);
      if (value !== null) return known(value);
      const identity = sameAsOperand(node.operator, left, right);
      if (identity !== null) return identity;
      return left === node.left && right === node.right ? node : { ...node, left, right };
    }
    case "mux": {
      const condition = result(node.condition);
      const whenTrue = result(node.whenTrue);
      const whenFalse = result(node.whenFalse);
      if (condition.kind === "constant") return condition.value === 1n ? whenTrue : whenFalse;
      if (whenTrue === whenFalse) return whenTrue;
      const same = condition === node.condition && whenTrue === node.whenTrue && whenFalse === node.whenFalse;
      return same ? node : { ...node, condition, whenTrue, whenFalse };
    }
    case "slice": {
      const operand = result(node.operand);
      if (operand.kind === "constant") return known(toBits(operand.value, operand.type.width) >> BigInt(node.low));
      return operand === node.operand ? node : { ...node, operand };
    }
    case "concatenate": {
      const parts = node.parts.map(result);
      if (parts.every((part) => part.kind === "constant")) {
        return known(parts.reduce((bits, part) => (bits << BigInt(part.type.width)) | toBits(part.value, part.type.width), 0n));
      }
      return parts.every((part, index) => part === node.parts[index]) ? node : { ...node, parts };
    }
    case "convert": {
      const operand = result(node.operand);
      if (operand.kind === "constant") return known(operand.value);
      return operand === node.operand ? node : { ...node, operand };
    }
  }
}

/** The value of a unary operator on a constant, before it is brought into the result's range. */
export function unaryValue(operator: Extract<Expression, { kind: "unary" }>["operator"], value: bigint, type: BitsType): bigint {
  const bits = toBits(value, type.width);
  switch (operator) {
    case "not":
      return ~value;
    case "negate":
      return -value;
    case "reduceAnd":
      return bits === (1n << BigInt(type.width)) - 1n ? 1n : 0n;
    case "reduceOr":
      return bits === 0n ? 0n : 1n;
    case "reduceXor": {
      let parity = 0n;
      for (let rest = bits; rest > 0n; rest >>= 1n) parity ^= rest & 1n;
      return parity;
    }
  }
}

/** The value of a binary operator where it is known: both operands are constant, or the range of one decides. */
function binaryValue(operator: BinaryOperator, left: Expression, right: Expression): bigint | null {
  if (left.kind === "constant" && right.kind === "constant") return constantBinary(operator, left.value, right.value, left.type);
  if (right.kind === "constant") return decided(operator, rangeOf(left.type), { low: right.value, high: right.value });
  if (left.kind === "constant") return decided(operator, { low: left.value, high: left.value }, rangeOf(right.type));
  return null;
}

function constantBinary(operator: BinaryOperator, a: bigint, b: bigint, type: BitsType): bigint {
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "shiftLeft":
      return b >= BigInt(type.width) ? 0n : a << b;
    case "shiftRight":
      return b >= BigInt(type.width) ? (a < 0n ? -1n : 0n) : a >> b;
    case "eq":
      return truth(a === b);
    case "ne":
      return truth(a !== b);
    case "lt":
      return truth(a < b);
    case "le":
      return truth(a <= b);
    case "gt":
      return truth(a > b);
    case "ge":
      return truth(a >= b);
  }
}

interface Range {
  readonly low: bigint;
  readonly high: bigint;
}

function rangeOf(type: BitsType): Range {
  const half = 1n << BigInt(type.width - 1);
  return type.signed ? { low: -half, high: half - 1n } : { low: 0n, high: half * 2n - 1n };
}

/** A comparison that is the same for all values of the ranges; null where it is not. */
function decided(operator: BinaryOperator, a: Range, b: Range): bigint | null {
  const either = (always: boolean, never: boolean): bigint | null => (always ? 1n : never ? 0n : null);
  switch (operator) {
    case "eq":
      return either(false, a.high < b.low || a.low > b.high);
    case "ne":
      return either(a.high < b.low || a.low > b.high, false);
    case "lt":
      return either(a.high < b.low, a.low >= b.high);
    case "le":
      return either(a.high <= b.low, a.low > b.high);
    case "gt":
      return either(a.low > b.high, a.high <= b.low);
    case "ge":
      return either(a.low >= b.high, a.high < b.low);
    default:
      return null;
  }
}

/** x & 1...1, x | 0, x ^ 0 and shifts by 0 are x; x & 0 is 0; of one bit x == 1 and x != 0 are x. */
function sameAsOperand(operator: BinaryOperator, left: Expression, right: Expression): Expression | null {
  const ones = (e: Expression): boolean =>
    e.kind === "constant" && toBits(e.value, e.type.width) === (1n << BigInt(e.type.width)) - 1n;
  const isBit = (e: Expression): boolean => e.type.width === 1 && !e.type.signed;
  const zero = (e: Expression): boolean => e.kind === "constant" && e.value === 0n;
  switch (operator) {
    case "and":
      if (ones(right) || zero(left)) return left;
      if (ones(left) || zero(right)) return right;
      return null;
    case "or":
    case "xor":
      if (zero(right)) return left;
      if (zero(left)) return right;
      return null;
    case "shiftLeft":
    case "shiftRight":
      return zero(right) ? left : null;
    case "eq":
      return isBit(left) && right.kind === "constant" && right.value === 1n ? left : null;
    case "ne":
      return isBit(left) && zero(right) ? left : null;
    default:
      return null;
  }
}

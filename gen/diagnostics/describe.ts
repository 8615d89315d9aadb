/** Short texts for types and expressions in messages. */
import type { BinaryOperator, BitsType, Expression, Signal, UnaryOperator } from "../ir/nodes.ts";

/** `18 bits, signed`. */
export function describeType(type: BitsType): string {
  return `${type.width} ${type.width === 1 ? "bit" : "bits"}, ${type.signed ? "signed" : "unsigned"}`;
}

/** The signals of a module, as scopes and finished modules know them. */
export interface SignalNames {
  readonly module: string;
  readonly signals: ReadonlyMap<string, Signal>;
}

const binarySymbols: Readonly<Record<BinaryOperator, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  and: "&",
  or: "|",
  xor: "^",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  shiftLeft: "<<",
  shiftRight: ">>",
};

const unarySymbols: Readonly<Record<UnaryOperator, string>> = {
  not: "~",
  negate: "-",
  reduceAnd: "&",
  reduceOr: "|",
  reduceXor: "^",
};

/** `mac.sum` for a signal, `mac: (a + b)` for a compound expression; what is nested deeper than three levels is `...`. */
export function describeExpression(expression: Expression, names: SignalNames | null): string {
  const text = describeInner(expression, names, 3);
  if (names === null || expression.kind === "constant") return text;
  return expression.kind === "reference" ? `${names.module}.${text}` : `${names.module}: ${text}`;
}

function describeInner(expression: Expression, names: SignalNames | null, depth: number): string {
  const inner = (part: Expression): string => (depth === 0 ? "..." : describeInner(part, names, depth - 1));
  switch (expression.kind) {
    case "constant":
      return expression.value.toString();
    case "reference":
      return names?.signals.get(expression.signal)?.path ?? expression.signal;
    case "unary":
      return `${unarySymbols[expression.operator]}${inner(expression.operand)}`;
    case "binary":
      return `(${inner(expression.left)} ${binarySymbols[expression.operator]} ${inner(expression.right)})`;
    case "mux":
      return `mux(${inner(expression.condition)}, ${inner(expression.whenTrue)}, ${inner(expression.whenFalse)})`;
    case "slice":
      return `${inner(expression.operand)}[${expression.high === expression.low ? expression.high : `${expression.high}:${expression.low}`}]`;
    case "concatenate":
      return expression.parts.length > 4 ? "concatenate(...)" : `concatenate(${expression.parts.map(inner).join(", ")})`;
    case "convert":
      return describeInner(expression.operand, names, depth);
  }
}

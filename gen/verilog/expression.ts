/**
 * Expressions as Verilog. Every printed operand has exactly the width of its context, so that Verilog's own rules for widths and signs
 * never decide anything: extension is written out, signed comparison and shift say $signed. What Verilog cannot nest (a slice of a sum)
 * and what is used more than once becomes a named wire.
 */
import { literalType, slice, toBits } from "../ir/build.ts";
import type { BinaryOperator, BitsType, Expression, Signal } from "../ir/nodes.ts";
import { operandsOf, visitExpressions } from "../ir/visit.ts";
import { locationComment } from "./comment.ts";

const symbols: Readonly<Record<BinaryOperator, string>> = {
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

/** `[7:0] ` for a declaration; nothing for one bit. */
export function rangeOf(width: number): string {
  return width === 1 ? "" : `[${width - 1}:0] `;
}

/** `8'd5`, `-8'sd3`, hexadecimal above 32 bits. */
export function printConstant(value: bigint, type: BitsType): string {
  const { signed, width } = type;
  const bits = toBits(value, width);
  if (width > 32) return `${width}'${signed ? "s" : ""}h${bits.toString(16)}`;
  if (!signed) return `${width}'d${bits}`;
  const least = -(1n << BigInt(width - 1));
  if (value === least) return `${width}'sh${bits.toString(16)}`;
  return value < 0n ? `-${width}'sd${-value}` : `${width}'sd${value}`;
}

/** Expressions that may be printed at every use: repeating them costs no logic and little text. */
function isShort(expression: Expression): boolean {
  switch (expression.kind) {
    case "constant":
    case "reference":
      return true;
    case "slice":
    case "convert":
      return expression.operand.kind === "reference";
    case "unary":
      return expression.operator === "not" && expression.operand.kind === "reference";
    case "binary":
      return (
        (expression.operator === "eq" || expression.operator === "ne") &&
        expression.left.kind === "reference" &&
        expression.right.kind === "constant"
      );
    default:
      return false;
  }
}

/** Whether the low bits of the result depend on the low bits of the operands only. */
function narrows(expression: Expression): boolean {
  switch (expression.kind) {
    case "constant":
    case "reference":
    case "mux":
    case "concatenate":
    case "convert":
    case "slice":
      return true;
    case "unary":
      return expression.operator === "not" || expression.operator === "negate";
    case "binary":
      return ["add", "sub", "mul", "and", "or", "xor", "shiftLeft"].includes(expression.operator);
  }
}

/** Prints the expressions of one module. */
export class ExpressionPrinter {
  /** How often each expression is used, over the whole module. */
  readonly #uses = new Map<Expression, number>();
  readonly #counted = new Set<Expression>();
  readonly #names = new Map<Expression, string>();
  readonly #taken: Set<string>;
  readonly #signals: ReadonlyMap<string, Signal>;
  /** The bits of each signal and wire that something reads outside `ifdef FORMAL. */
  readonly #read = new Map<string, bigint>();
  /** Wires made while the current section was printed, in order. */
  #wires: string[] = [];
  #owner = "";
  #formal = false;
  /** The widths of the wires that were made outside `ifdef FORMAL. */
  readonly madeWires = new Map<string, number>();

  /** `taken`: names that wires must not get. */
  constructor(signals: ReadonlyMap<string, Signal>, taken: Iterable<string>) {
    this.#signals = signals;
    this.#taken = new Set([...taken].map((name) => name.toLowerCase()));
  }

  /** Counts the uses in expressions that will be printed, before anything is printed; each root counts as `times` uses. */
  count(root: Expression, times = 1): void {
    const use = (expression: Expression, more: number): void => {
      this.#uses.set(expression, (this.#uses.get(expression) ?? 0) + more);
    };
    use(root, times);
    const countOperands = (node: Expression): void => {
      for (const operand of operandsOf(node)) use(operand, 1);
    };
    visitExpressions([root], countOperands, this.#counted);
  }

  /** Prints with `print`; wires that it needs are named for `owner` and their text comes first. */
  section(owner: string, formal: boolean, print: () => string[]): string[] {
    this.#owner = owner;
    this.#formal = formal;
    this.#wires = [];
    const lines = print();
    return [...this.#wires, ...lines];
  }

  /** The bits of a signal that nothing reads, as ranges of names, for the sink of unused bits. */
  unread(name: string, width: number): string[] {
    const all = (1n << BigInt(width)) - 1n;
    const read = this.#read.get(name) ?? 0n;
    if ((read & all) === all) return [];
    if (read === 0n) return [name];
    const ranges: string[] = [];
    for (let high = width - 1; high >= 0; high--) {
      if (((read >> BigInt(high)) & 1n) === 1n) continue;
      let low = high;
      while (low > 0 && ((read >> BigInt(low - 1)) & 1n) === 0n) low--;
      ranges.push(high === low ? `${name}[${high}]` : `${name}[${high}:${low}]`);
      high = low;
    }
    return ranges;
  }

  /** The whole expression. */
  print(expression: Expression): string {
    return this.#print(expression, expression.type.width, true);
  }

  /** Bits high..low of an expression, for masked writes. */
  printSlice(expression: Expression, high: number, low: number): string {
    return this.print(slice(expression, high, low, expression.location));
  }

  #width(name: string, expression: Expression): number {
    return this.#signals.get(name)?.type.width ?? expression.type.width;
  }

  /** Bits high..low of a named value. */
  #part(name: string, width: number, high: number, low: number): string {
    if (!this.#formal) {
      const mask = ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
      this.#read.set(name, (this.#read.get(name) ?? 0n) | mask);
    }
    if (low === 0 && high === width - 1) return name;
    return high === low ? `${name}[${high}]` : `${name}[${high}:${low}]`;
  }

  /** The name of an expression: the signal's own, or that of a wire made for it. */
  #named(expression: Expression): string {
    if (expression.kind === "reference") return expression.signal;
    const known = this.#names.get(expression);
    if (known !== undefined) return known;
    const { width, signed } = expression.type;
    const text = this.#compound(expression, width, true);
    const word = expression.kind === "unary" || expression.kind === "binary" ? expression.operator : expression.kind;
    const base = `_${this.#owner}_${word}`;
    let name = base;
    for (let copy = 2; this.#taken.has(name.toLowerCase()); copy++) name = `${base}_${copy}`;
    this.#taken.add(name.toLowerCase());
    this.#names.set(expression, name);
    if (!this.#formal) this.madeWires.set(name, width);
    this.#wires.push(`wire ${signed ? "signed " : ""}${rangeOf(width)}${name} = ${text};${locationComment(expression.location)}`);
    return name;
  }

  /** The low `width` bits; `root` where nothing surrounds the text. */
  #print(expression: Expression, width: number, root = false): string {
    const own = expression.type.width;
    const shared = (this.#uses.get(expression) ?? 0) > 1 && !isShort(expression);
    if (expression.kind !== "constant" && (expression.kind === "reference" || shared || (width < own && !narrows(expression)))) {
      const name = this.#named(expression);
      return this.#part(name, this.#width(name, expression), width - 1, 0);
    }
    return this.#compound(expression, width, root);
  }

  /** `width` bits of the value of an expression that may be narrower: extended by its own signedness, or cut. */
  #resized(expression: Expression, width: number, root = false): string {
    const own = expression.type.width;
    if (width <= own) return this.#print(expression, width, root);
    if (expression.kind === "constant") return printConstant(expression.value, { signed: expression.type.signed, width });
    if (!expression.type.signed) return `{${width - own}'d0, ${this.#print(expression, own, true)}}`;
    const name = this.#named(expression);
    const nameWidth = this.#width(name, expression);
    return `{{${width - own}{${this.#part(name, nameWidth, own - 1, own - 1)}}}, ${this.#part(name, nameWidth, own - 1, 0)}}`;
  }

  #compound(expression: Expression, width: number, root: boolean): string {
    const wrapped = (text: string): string => (root ? text : `(${text})`);
    switch (expression.kind) {
      case "constant":
        if (width === expression.type.width) return printConstant(expression.value, expression.type);
        return printConstant(toBits(expression.value, width), { signed: false, width });
      case "reference":
        return this.#print(expression, width);
      case "unary":
        switch (expression.operator) {
          case "not":
            return `~${this.#print(expression.operand, width)}`;
          case "negate":
            return wrapped(`-${this.#print(expression.operand, width)}`);
          case "reduceAnd":
            return wrapped(`&${this.#print(expression.operand, expression.operand.type.width)}`);
          case "reduceOr":
            return wrapped(`|${this.#print(expression.operand, expression.operand.type.width)}`);
          case "reduceXor":
            // The space: `^~` is the operator xnor.
            return wrapped(`^ ${this.#print(expression.operand, expression.operand.type.width)}`);
        }
        break;
      case "binary":
        return this.#binary(expression, width, wrapped);
      case "mux": {
        const condition = this.#print(expression.condition, 1);
        return wrapped(`${condition} ? ${this.#print(expression.whenTrue, width)} : ${this.#print(expression.whenFalse, width)}`);
      }
      case "slice": {
        if (expression.low === 0) return this.#print(expression.operand, width, root);
        const { operand } = expression;
        const name = this.#named(operand);
        return this.#part(name, this.#width(name, operand), expression.low + width - 1, expression.low);
      }
      case "concatenate": {
        const parts: string[] = [];
        let rest = width;
        for (const part of expression.parts.toReversed()) {
          if (rest <= 0) break;
          parts.unshift(this.#print(part, Math.min(rest, part.type.width), true));
          rest -= part.type.width;
        }
        const [first] = parts;
        if (parts.length > 1 && parts.every((part) => part === first)) return `{${parts.length}{${first ?? ""}}}`;
        return `{${parts.join(", ")}}`;
      }
      case "convert":
        return this.#resized(expression.operand, width, root);
    }
  }

  #binary(expression: Extract<Expression, { kind: "binary" }>, width: number, wrapped: (text: string) => string): string {
    const { operator, left, right } = expression;
    const symbol = symbols[operator];
    switch (operator) {
      case "add":
      case "sub":
      case "and":
      case "or":
      case "xor":
        return wrapped(`${this.#resized(left, width)} ${symbol} ${this.#resized(right, width)}`);
      case "mul": {
        if (!left.type.signed) return wrapped(`${this.#resized(left, width)} * ${this.#resized(right, width)}`);
        // $signed lets synthesis see that the high bits are copies of the signs; $unsigned keeps what is around from mattering.
        return `$unsigned($signed(${this.#resized(left, width, true)}) * $signed(${this.#resized(right, width, true)}))`;
      }
      case "shiftLeft":
        return wrapped(`${this.#print(left, width)} << ${this.#print(right, right.type.width)}`);
      case "shiftRight": {
        const amount = this.#print(right, right.type.width);
        if (!left.type.signed) return wrapped(`${this.#print(left, left.type.width)} >> ${amount}`);
        return `$unsigned($signed(${this.#print(left, left.type.width, true)}) >>> ${amount})`;
      }
      case "eq":
      case "ne":
      case "lt":
      case "le":
      case "gt":
      case "ge": {
        const common = comparisonWidth(left, right);
        const ordered = operator !== "eq" && operator !== "ne";
        if (!left.type.signed || !ordered)
          return wrapped(`${this.#resized(left, common)} ${symbol} ${this.#resized(right, common)}`);
        return wrapped(`$signed(${this.#resized(left, common, true)}) ${symbol} $signed(${this.#resized(right, common, true)})`);
      }
    }
  }
}

/** The width in which two operands are compared; a constant takes the other one's where it fits. */
function comparisonWidth(left: Expression, right: Expression): number {
  const needed = (operand: Expression): number => {
    if (operand.kind !== "constant") return operand.type.width;
    const smallest = literalType(operand.value);
    return smallest.width + (operand.type.signed && !smallest.signed ? 1 : 0);
  };
  return Math.max(needed(left), needed(right));
}

/**
 * UInt and SInt, the values of the language: an expression of the IR with the operations of its kind. Arithmetic grows, nothing wraps or
 * is cut silently; what a result loses is written down (`truncate`, `wrap`). Literal widths are checked by TypeScript, all others when the
 * design is elaborated.
 */
import { here, hereBriefly } from "../diagnostics/location.ts";
import { concatenate as concatenateExpressions, convert, slice, unary, unsignedType } from "../ir/build.ts";
import type { BitsType, Expression, Location, UnaryOperator } from "../ir/nodes.ts";
import { checkedCount, literal, type Literal } from "./literal.ts";
import {
  arithmetic,
  bitwise,
  comparison,
  constantShiftLeft,
  constantShiftRight,
  declaredOf,
  describe,
  dynamicShift,
  resize,
  sameModule,
  scopeOf,
} from "./operations.ts";
import { abandon, report, type Scope } from "./scope.ts";
import type { Difference, LiteralWidth, Max, RangeWidth, Sum } from "./width-arithmetic.ts";

/**
 * Carries a literal width for TypeScript. The parameter of a method is compared in both directions, so widths that are not known
 * (`number`) fit every width and are left to the elaboration, while two different literals never fit.
 */
interface Width<W extends number> {
  width(width: W): void;
}

/** The literal width of an operand. */
type WidthOf<O> = O extends UInt<infer W> ? W : O extends SInt<infer W> ? W : LiteralWidth<O>;
type Increment<W extends number> = Sum<W, 1>;

/** Where an assignment to a value goes: a whole signal or some of its bits. */
export interface Target {
  readonly signal: string;
  readonly high: number;
  readonly low: number;
  readonly whole: boolean;
}

export type Bit = UInt<1>;

/** What UInt and SInt share. */
export abstract class Bits {
  /** The value in the IR. */
  readonly expression: Expression;
  /** The module that the value belongs to; null for constants. */
  readonly scope: Scope | null;

  constructor(expression: Expression, scope: Scope | null) {
    this.expression = expression;
    this.scope = scope;
  }

  /** The width in bits. */
  get width(): number {
    return this.expression.type.width;
  }

  /** The bits unchanged, as an unsigned value of the same width. */
  protected unsigned(location: Location): Expression {
    return convert(this.expression, unsignedType(this.width), location);
  }

  /** Bit `index`, 0 being the least significant. */
  bit(index: number): UInt<1> {
    return this.bits(index, index);
  }

  /** Bits `high` down to `low`, both included; unsigned. */
  bits<High extends number, Low extends number>(high: High, low: Low): UInt<RangeWidth<High, Low>> {
    const location = hereBriefly();
    const range = this.checkedRange(high, low, location);
    return new UInt(slice(this.expression, range.high, range.low, location), this.scope);
  }

  /** The bit whose index is the value of `index`; 0 beyond the width. */
  bitAt(index: UInt): UInt<1> {
    const location = hereBriefly();
    return new UInt(slice(dynamicShift("shiftRight", this, index, location), 0, 0, location), scopeOf(this, index, location));
  }

  protected checkedRange(high: number, low: number, location: Location): { readonly high: number; readonly low: number } {
    const width = this.width;
    if (Number.isInteger(high) && Number.isInteger(low) && low >= 0 && high >= low && high < width) return { high, low };
    const what = high === low ? `bit(${high})` : `bits(${high}, ${low})`;
    report({
      code: "W107",
      subject: `${what} of ${describe(this)}`,
      location,
      declared: declaredOf(this),
      fix:
        low > high
          ? `write the higher bit first: bits(${low}, ${high})`
          : `bits are numbered from 0 to ${width - 1}, and bits(high, low) includes both ends`,
    });
    return { high: 0, low: 0 };
  }

  /** 1 where all bits are 1. */
  reduceAnd(): UInt<1> {
    return this.#reduce("reduceAnd", hereBriefly());
  }

  /** 1 where at least one bit is 1. */
  reduceOr(): UInt<1> {
    return this.#reduce("reduceOr", hereBriefly());
  }

  /** 1 where the number of ones is odd. */
  reduceXor(): UInt<1> {
    return this.#reduce("reduceXor", hereBriefly());
  }

  #reduce(operator: UnaryOperator, location: Location): UInt<1> {
    return new UInt(unary(operator, this.unsigned(location), location), this.scope);
  }

  /** The bits `n` times side by side. */
  repeat(n: number): UInt {
    const location = hereBriefly();
    const count = checkedCount(n, 1, `repeat(${n}) of ${describe(this)}`, location);
    const part = this.unsigned(location);
    return new UInt(concatenateExpressions(new Array<Expression>(count).fill(part), location), this.scope);
  }

  /** Signals have no value while the design is built: `a > b`, `a + b` and `${a}` are mistakes that this turns into advice. */
  [Symbol.toPrimitive](hint: string): never {
    abandon({
      code: "P703",
      subject: `${describe(this)} is used as a JavaScript ${hint === "default" ? "value" : hint}`,
      location: here(),
      declared: declaredOf(this),
      fix: "a signal has no value while the design is built: write a.add(b), a.eq(b), mux(condition, x, y) or m.when(condition, ...)",
    });
  }
}

/** An unsigned value of `W` bits. */
export class UInt<W extends number = number> extends Bits {
  declare readonly literalWidth: Width<W>;
  declare readonly signedness: "unsigned";

  /** The sum, one bit wider than the wider operand. */
  add<O extends UInt | Literal>(other: O): UInt<Increment<Max<W, WidthOf<O>>>> {
    return new UInt(...arithmetic("add", this, other, hereBriefly()));
  }

  /** The difference, signed and one bit wider than the wider operand: 5 - 7 is -2, nothing wraps silently. */
  sub<O extends UInt | Literal>(other: O): SInt<Increment<Max<W, WidthOf<O>>>> {
    const location = hereBriefly();
    const [difference, scope] = arithmetic("sub", this, other, location);
    return new SInt(convert(difference, { signed: true, width: difference.type.width }, location), scope);
  }

  /** The product; its width is the sum of the widths. */
  mul<O extends UInt | Literal>(other: O): UInt<Sum<W, WidthOf<O>>> {
    return new UInt(...arithmetic("mul", this, other, hereBriefly()));
  }

  /** Minus the value: signed, one bit wider. */
  negate(): SInt<Increment<W>> {
    const location = hereBriefly();
    return new SInt(
      unary("negate", convert(this.expression, { signed: true, width: this.width + 1 }, location), location),
      this.scope,
    );
  }

  and(other: UInt<W> | Literal): UInt<W> {
    return new UInt(...bitwise("and", this, other, hereBriefly()));
  }
  or(other: UInt<W> | Literal): UInt<W> {
    return new UInt(...bitwise("or", this, other, hereBriefly()));
  }
  xor(other: UInt<W> | Literal): UInt<W> {
    return new UInt(...bitwise("xor", this, other, hereBriefly()));
  }
  not(): UInt<W> {
    return new UInt(unary("not", this.expression, hereBriefly()), this.scope);
  }

  eq(other: UInt | Literal): UInt<1> {
    return new UInt(...comparison("eq", this, other, hereBriefly()));
  }
  ne(other: UInt | Literal): UInt<1> {
    return new UInt(...comparison("ne", this, other, hereBriefly()));
  }
  lt(other: UInt | Literal): UInt<1> {
    return new UInt(...comparison("lt", this, other, hereBriefly()));
  }
  le(other: UInt | Literal): UInt<1> {
    return new UInt(...comparison("le", this, other, hereBriefly()));
  }
  gt(other: UInt | Literal): UInt<1> {
    return new UInt(...comparison("gt", this, other, hereBriefly()));
  }
  ge(other: UInt | Literal): UInt<1> {
    return new UInt(...comparison("ge", this, other, hereBriefly()));
  }

  /** Times 2^n; n bits wider, nothing is lost. */
  shiftLeft<N extends number>(n: N): UInt<Sum<W, N>> {
    return new UInt(constantShiftLeft(this, n, hereBriefly()), this.scope);
  }

  /** Divided by 2^n, rounded down; n bits narrower, at least 1 bit. */
  shiftRight<N extends number>(n: N): UInt<Difference<W, N>> {
    return new UInt(constantShiftRight(this, n, hereBriefly()), this.scope);
  }

  /** Shifted left by the value of `amount`; keeps the width, the bits shifted out are lost. */
  shiftLeftBy(amount: UInt): UInt<W> {
    const location = hereBriefly();
    return new UInt(dynamicShift("shiftLeft", this, amount, location), scopeOf(this, amount, location));
  }

  /** Shifted right by the value of `amount`; keeps the width. */
  shiftRightBy(amount: UInt): UInt<W> {
    const location = hereBriefly();
    return new UInt(dynamicShift("shiftRight", this, amount, location), scopeOf(this, amount, location));
  }

  /** The low `width` bits; the others are given up on purpose. */
  truncate<N extends number>(width: N): UInt<N> {
    return new UInt(resize("truncate", this, width, hereBriefly()), this.scope);
  }

  /** The value modulo 2^width: for counters and sums that are meant to wrap. */
  wrap<N extends number>(width: N): UInt<N> {
    return new UInt(resize("wrap", this, width, hereBriefly()), this.scope);
  }

  /** The same value with zeros in front, `width` bits. */
  zeroExtend<N extends number>(width: N): UInt<N> {
    return new UInt(resize("zeroExtend", this, width, hereBriefly()), this.scope);
  }

  /** The same value in `width` bits. */
  extend<N extends number>(width: N): UInt<N> {
    return new UInt(resize("extend", this, width, hereBriefly()), this.scope);
  }

  /** The same value, signed and one bit wider. */
  toSigned(): SInt<Increment<W>> {
    return new SInt(convert(this.expression, { signed: true, width: this.width + 1 }, hereBriefly()), this.scope);
  }

  /** The same bits, unsigned. */
  asUInt(): this {
    return this;
  }

  /** The same bits read as two's complement. */
  asSInt(): SInt<W> {
    return new SInt(convert(this.expression, { signed: true, width: this.width }, hereBriefly()), this.scope);
  }
}

/** A signed value of `W` bits in two's complement. */
export class SInt<W extends number = number> extends Bits {
  declare readonly literalWidth: Width<W>;
  declare readonly signedness: "signed";

  /** The sum, one bit wider than the wider operand. */
  add<O extends SInt | Literal>(other: O): SInt<Increment<Max<W, WidthOf<O>>>> {
    return new SInt(...arithmetic("add", this, other, hereBriefly()));
  }

  /** The difference, one bit wider than the wider operand. */
  sub<O extends SInt | Literal>(other: O): SInt<Increment<Max<W, WidthOf<O>>>> {
    return new SInt(...arithmetic("sub", this, other, hereBriefly()));
  }

  /** The product; its width is the sum of the widths. */
  mul<O extends SInt | Literal>(other: O): SInt<Sum<W, WidthOf<O>>> {
    return new SInt(...arithmetic("mul", this, other, hereBriefly()));
  }

  /** Minus the value, one bit wider: -(-128) is 128. */
  negate(): SInt<Increment<W>> {
    const location = hereBriefly();
    return new SInt(
      unary("negate", convert(this.expression, { signed: true, width: this.width + 1 }, location), location),
      this.scope,
    );
  }

  and(other: SInt<W> | Literal): SInt<W> {
    return new SInt(...bitwise("and", this, other, hereBriefly()));
  }
  or(other: SInt<W> | Literal): SInt<W> {
    return new SInt(...bitwise("or", this, other, hereBriefly()));
  }
  xor(other: SInt<W> | Literal): SInt<W> {
    return new SInt(...bitwise("xor", this, other, hereBriefly()));
  }
  not(): SInt<W> {
    return new SInt(unary("not", this.expression, hereBriefly()), this.scope);
  }

  eq(other: SInt | Literal): UInt<1> {
    return new UInt(...comparison("eq", this, other, hereBriefly()));
  }
  ne(other: SInt | Literal): UInt<1> {
    return new UInt(...comparison("ne", this, other, hereBriefly()));
  }
  lt(other: SInt | Literal): UInt<1> {
    return new UInt(...comparison("lt", this, other, hereBriefly()));
  }
  le(other: SInt | Literal): UInt<1> {
    return new UInt(...comparison("le", this, other, hereBriefly()));
  }
  gt(other: SInt | Literal): UInt<1> {
    return new UInt(...comparison("gt", this, other, hereBriefly()));
  }
  ge(other: SInt | Literal): UInt<1> {
    return new UInt(...comparison("ge", this, other, hereBriefly()));
  }

  /** Times 2^n; n bits wider, nothing is lost. */
  shiftLeft<N extends number>(n: N): SInt<Sum<W, N>> {
    return new SInt(constantShiftLeft(this, n, hereBriefly()), this.scope);
  }

  /** Divided by 2^n, rounded down (towards minus infinity); n bits narrower, at least 1 bit. */
  shiftRight<N extends number>(n: N): SInt<Difference<W, N>> {
    return new SInt(constantShiftRight(this, n, hereBriefly()), this.scope);
  }

  /** Shifted left by the value of `amount`; keeps the width, the bits shifted out are lost. */
  shiftLeftBy(amount: UInt): SInt<W> {
    const location = hereBriefly();
    return new SInt(dynamicShift("shiftLeft", this, amount, location), scopeOf(this, amount, location));
  }

  /** Shifted right by the value of `amount` with copies of the sign; keeps the width. */
  shiftRightBy(amount: UInt): SInt<W> {
    const location = hereBriefly();
    return new SInt(dynamicShift("shiftRight", this, amount, location), scopeOf(this, amount, location));
  }

  /** The low `width` bits; the others are given up on purpose. */
  truncate<N extends number>(width: N): SInt<N> {
    return new SInt(resize("truncate", this, width, hereBriefly()), this.scope);
  }

  /** The low `width` bits read as two's complement: for sums that are meant to wrap. */
  wrap<N extends number>(width: N): SInt<N> {
    return new SInt(resize("wrap", this, width, hereBriefly()), this.scope);
  }

  /** The same value with copies of the sign in front, `width` bits. */
  signExtend<N extends number>(width: N): SInt<N> {
    return new SInt(resize("signExtend", this, width, hereBriefly()), this.scope);
  }

  /** The same value in `width` bits. */
  extend<N extends number>(width: N): SInt<N> {
    return new SInt(resize("extend", this, width, hereBriefly()), this.scope);
  }

  /** The same bits, unsigned. */
  asUInt(): UInt<W> {
    return new UInt(this.unsigned(hereBriefly()), this.scope);
  }

  /** The same bits, signed. */
  asSInt(): this {
    return this;
  }
}

/** Whether a value can be assigned, and what that assigns. */
interface Assignment {
  readonly target: Target;
  readonly scope: Scope;
}

const assign = (to: Assignment, value: Bits | Literal, type: BitsType, location: Location): void => {
  const scope = to.scope;
  const expression = value instanceof Bits ? value.expression : literal(value, type, location);
  if (value instanceof Bits) sameModule(scope, value, location);
  const { signal, high, low, whole } = to.target;
  scope.add({ kind: "assign", target: signal, range: whole ? null : { high, low }, value: expression, location });
};

const partOf = (target: Target, high: number, low: number): Target => ({
  signal: target.signal,
  high: target.low + high,
  low: target.low + low,
  whole: false,
});

/** An unsigned signal that can be assigned: a register, a wire, an output, an input of an instance, or bits of one. */
export class AssignableUInt<W extends number = number> extends UInt<W> {
  readonly #assignment: Assignment;

  constructor(expression: Expression, assignment: Assignment) {
    super(expression, assignment.scope);
    this.#assignment = assignment;
  }

  /** Drives the signal (a register: from the next clock edge on); the last assignment wins. Equal widths and signedness. */
  set(value: UInt<W> | Literal): void {
    assign(this.#assignment, value, this.expression.type, here());
  }

  override bit(index: number): AssignableUInt<1> {
    return this.bits(index, index);
  }

  override bits<High extends number, Low extends number>(high: High, low: Low): AssignableUInt<RangeWidth<High, Low>> {
    return assignableSlice(this, this.#assignment, high, low, this.checkedRange.bind(this), here());
  }
}

/** A signed signal that can be assigned: a register, a wire, an output, or an input of an instance. */
export class AssignableSInt<W extends number = number> extends SInt<W> {
  readonly #assignment: Assignment;

  constructor(expression: Expression, assignment: Assignment) {
    super(expression, assignment.scope);
    this.#assignment = assignment;
  }

  /** Drives the signal (a register: from the next clock edge on); the last assignment wins. Equal widths and signedness. */
  set(value: SInt<W> | Literal): void {
    assign(this.#assignment, value, this.expression.type, here());
  }

  override bit(index: number): AssignableUInt<1> {
    return this.bits(index, index);
  }

  override bits<High extends number, Low extends number>(high: High, low: Low): AssignableUInt<RangeWidth<High, Low>> {
    return assignableSlice(this, this.#assignment, high, low, this.checkedRange.bind(this), here());
  }
}

function assignableSlice<W extends number>(
  value: Bits,
  assignment: Assignment,
  high: number,
  low: number,
  check: (high: number, low: number, location: Location) => { readonly high: number; readonly low: number },
  location: Location,
): AssignableUInt<W> {
  const range = check(high, low, location);
  return new AssignableUInt(slice(value.expression, range.high, range.low, location), {
    scope: assignment.scope,
    target: partOf(assignment.target, range.high, range.low),
  });
}

/** A value of either signedness from an expression of the IR. */
export function fromExpression(expression: Expression, scope: Scope | null): UInt | SInt {
  return expression.type.signed ? new SInt(expression, scope) : new UInt(expression, scope);
}

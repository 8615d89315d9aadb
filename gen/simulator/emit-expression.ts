/**
 * Turns expressions into JavaScript over int32 limbs (see limbs.ts). Every piece of code produced here has an int32 value, so that the
 * optimising compiler keeps it in machine registers; BigInt appears only in products wider than 53 bits.
 */
import type { BitsType, Expression, SignalId } from "../ir/nodes.ts";
import { limbCount, toLimbs, topLimbBits } from "./limbs.ts";

/** Code of a value's limbs, lowest first. */
export type Limbs = readonly string[];

const simple = /^(\d+|\(-\d+\)|[A-Za-z_$][\w$]*|S\[\d+\])$/;

/** Cuts the top limb to the type's width and extends it by the type's signedness. */
function fit(code: string, type: BitsType): string {
  const bits = topLimbBits(type.width);
  if (bits === 32) return `(${code}|0)`;
  return type.signed ? `(${code}<<${32 - bits}>>${32 - bits})` : `(${code}&${2 ** bits - 1})`;
}

/** The limbs with the top one cut to the type's width and extended by its signedness. */
export function fitTop(limbs: readonly string[], type: BitsType): Limbs {
  return limbs.map((code, index) => (index === limbs.length - 1 ? fit(code, type) : code));
}

export class ExpressionEmitter {
  readonly #lines: string[];
  readonly #read: (signal: SignalId) => Limbs;
  readonly #newName: () => string;

  /** Statements that an expression needs first are appended to `lines`; `read` gives the limbs of a signal. */
  constructor(lines: string[], read: (signal: SignalId) => Limbs, newName: () => string) {
    this.#lines = lines;
    this.#read = read;
    this.#newName = newName;
  }

  emit(expression: Expression): Limbs {
    switch (expression.kind) {
      case "constant":
        return toLimbs(expression.value, expression.type).map((limb) => (limb < 0 ? `(${limb})` : `${limb}`));
      case "reference":
        return this.#read(expression.signal);
      case "unary":
        return this.#unary(expression);
      case "binary":
        return this.#binary(expression);
      case "mux": {
        const condition = this.#nonZero(this.emit(expression.condition));
        const whenTrue = this.emit(expression.whenTrue);
        const whenFalse = this.emit(expression.whenFalse);
        const chosen = whenTrue.length > 1 ? this.hold(`(${condition}?1:0)`) : condition;
        return whenTrue.map((code, index) => `(${chosen}?${code}:${at(whenFalse, index)})`);
      }
      case "slice":
        return this.#slice(expression.operand, expression.high, expression.low);
      case "concatenate":
        return this.#concatenate(expression.parts, expression.type.width);
      case "convert":
        return this.#convert(expression.operand, expression.type);
      default:
        return unknownNode(expression);
    }
  }

  /** A name (or literal) with the value of `code`, which may then be used several times. */
  hold(code: string): string {
    if (simple.test(code)) return code;
    const name = this.#newName();
    this.#lines.push(`const ${name}=${code};`);
    return name;
  }

  #held(expression: Expression): Limbs {
    return this.emit(expression).map((code) => this.hold(code));
  }

  #nonZero(limbs: Limbs): string {
    return limbs.length === 1 ? at(limbs, 0) : `(${limbs.join("|")})`;
  }

  /** `count` limbs of the operand, extended by its own signedness. */
  #extended(expression: Expression, count: number): Limbs {
    const limbs = this.emit(expression);
    if (limbs.length >= count) return limbs.slice(0, count);
    const top = this.hold(at(limbs, limbs.length - 1));
    const fill = expression.type.signed ? this.hold(`(${top}>>31)`) : "0";
    return [...limbs.slice(0, -1), top, ...Array<string>(count - limbs.length).fill(fill)];
  }

  #convert(operand: Expression, type: BitsType): Limbs {
    const limbs = this.#extended(operand, limbCount(type.width));
    const from = operand.type;
    const sameOrWider = type.width >= from.width && type.signed === from.signed;
    const zeroExtended = type.width > from.width && !from.signed;
    return sameOrWider || zeroExtended ? limbs : fitTop(limbs, type);
  }

  #slice(operand: Expression, high: number, low: number): Limbs {
    const width = high - low + 1;
    const count = limbCount(width);
    const offset = low & 31;
    const limbs = count > 1 || offset > 0 ? this.#held(operand) : this.emit(operand);
    const result: string[] = [];
    for (let index = 0; index < count; index++) {
      const word = (low >>> 5) + index;
      const lowPart = offset === 0 ? at(limbs, word) : `(${at(limbs, word)}>>>${offset})`;
      const crosses = offset > 0 && word + 1 < limbs.length && (word + 1) * 32 <= high;
      result.push(crosses ? `(${lowPart}|${at(limbs, word + 1)}<<${32 - offset})` : lowPart);
    }
    const reachesTop = high === operand.type.width - 1 && !operand.type.signed;
    return reachesTop ? result : fitTop(result, { signed: false, width });
  }

  #concatenate(parts: readonly Expression[], width: number): Limbs {
    const pieces: string[][] = Array.from({ length: limbCount(width) }, () => []);
    let position = 0;
    for (const part of parts.toReversed()) {
      const type = { signed: false, width: part.type.width };
      const limbs = part.type.signed ? fitTop(this.emit(part), type) : this.emit(part);
      limbs.forEach((code, index) => {
        const bits = index === limbs.length - 1 ? topLimbBits(type.width) : 32;
        const offset = position & 31;
        const crosses = offset + bits > 32;
        const value = crosses ? this.hold(code) : code;
        pieces[position >>> 5]?.push(offset === 0 ? value : `(${value}<<${offset})`);
        if (crosses) pieces[(position >>> 5) + 1]?.push(`(${value}>>>${32 - offset})`);
        position += bits;
      });
    }
    return pieces.map((codes) => (codes.length === 1 ? codes.join("") : `(${codes.join("|")})`));
  }

  #unary(node: Extract<Expression, { kind: "unary" }>): Limbs {
    const operand = node.operand;
    switch (node.operator) {
      case "not":
        return fitTop(
          this.emit(operand).map((code) => `(~${code})`),
          node.type,
        );
      case "negate": {
        const count = limbCount(node.type.width);
        const zeros = Array<string>(count).fill("0");
        return fitTop(this.#subtract(zeros, this.#extended(operand, count)), node.type);
      }
      case "reduceAnd": {
        const ones = toLimbs(-1n, operand.type);
        const tests = this.emit(operand).map((code, index) => `${code}===${ones[index] ?? 0}`);
        return [`(${tests.join("&&")}?1:0)`];
      }
      case "reduceOr":
        return [`((${this.emit(operand).join("|")})!==0?1:0)`];
      case "reduceXor": {
        const bits = fitTop(this.emit(operand), { signed: false, width: operand.type.width });
        const word = this.hold(`(${bits.join("^")})`);
        const half = this.hold(`(${word}^${word}>>>16)`);
        const byte = this.hold(`(${half}^${half}>>>8)`);
        return [`(0x6996>>>((${byte}^${byte}>>>4)&15)&1)`];
      }
      default:
        return unknownNode(node.operator);
    }
  }

  #binary(node: Extract<Expression, { kind: "binary" }>): Limbs {
    const { left, right, type } = node;
    const count = limbCount(type.width);
    switch (node.operator) {
      case "add":
        // One bit wider than its operands, so it needs no cut.
        return this.#add(this.#extended(left, count), this.#extended(right, count));
      case "sub": {
        const difference = this.#subtract(this.#extended(left, count), this.#extended(right, count));
        return type.signed ? difference : fitTop(difference, type);
      }
      case "mul":
        return this.#multiply(left, right, type);
      case "and":
      case "or":
      case "xor": {
        const sign = { and: "&", or: "|", xor: "^" }[node.operator];
        const a = this.emit(left);
        const b = this.emit(right);
        return a.map((code, index) => `(${code}${sign}${at(b, index)})`);
      }
      case "eq":
      case "ne": {
        const limbs = limbCount(Math.max(left.type.width, right.type.width));
        const a = this.#extended(left, limbs);
        const b = this.#extended(right, limbs);
        const sign = node.operator === "eq" ? "===" : "!==";
        if (limbs === 1) return [`(${at(a, 0)}${sign}${at(b, 0)}?1:0)`];
        return [`((${a.map((code, index) => `${code}^${at(b, index)}`).join("|")})${sign}0?1:0)`];
      }
      case "lt":
        return [`(${this.#less(left, right)}?1:0)`];
      case "ge":
        return [`(${this.#less(left, right)}?0:1)`];
      case "gt":
        return [`(${this.#less(right, left)}?1:0)`];
      case "le":
        return [`(${this.#less(right, left)}?0:1)`];
      case "shiftLeft":
        return this.#shiftLeft(left, this.#shiftAmount(right), right.type.width);
      case "shiftRight":
        return this.#shiftRight(left, this.#shiftAmount(right), right.type.width);
      default:
        return unknownNode(node.operator);
    }
  }

  #add(left: Limbs, right: Limbs): Limbs {
    if (left.length === 1) return [`(${at(left, 0)}+${at(right, 0)}|0)`];
    const sums: string[] = [];
    let carry = "";
    left.forEach((code, index) => {
      const a = this.hold(code);
      const b = this.hold(at(right, index));
      const sum = this.hold(carry === "" ? `(${a}+${b}|0)` : `(${a}+${b}+${carry}|0)`);
      sums.push(sum);
      carry = index + 1 < left.length ? this.hold(`((${a}&${b}|(${a}|${b})&~${sum})>>>31)`) : "";
    });
    return sums;
  }

  #subtract(left: Limbs, right: Limbs): Limbs {
    if (left.length === 1) return [`(${at(left, 0)}-${at(right, 0)}|0)`];
    const differences: string[] = [];
    let borrow = "";
    left.forEach((code, index) => {
      const a = this.hold(code);
      const b = this.hold(at(right, index));
      const difference = this.hold(borrow === "" ? `(${a}-${b}|0)` : `(${a}-${b}-${borrow}|0)`);
      differences.push(difference);
      borrow = index + 1 < left.length ? this.hold(`((~${a}&${b}|(~${a}|${b})&${difference})>>>31)`) : "";
    });
    return differences;
  }

  #multiply(left: Expression, right: Expression, type: BitsType): Limbs {
    if (type.width <= 32) return [`Math.imul(${at(this.emit(left), 0)},${at(this.emit(right), 0)})`];
    if (type.width <= 53) {
      // A double holds the product exactly, where each factor fits a limb.
      const factors = [left, right].map((factor) => this.#number(factor));
      const product = this.hold(factors.join("*"));
      return [`(${product}|0)`, `(Math.floor(${product}/4294967296)|0)`];
    }
    const product = this.hold(`${this.#bigint(left)}*${this.#bigint(right)}`);
    return Array.from({ length: limbCount(type.width) }, (_, index) => `Number(BigInt.asIntN(32,${product}>>${32 * index}n))`);
  }

  /** A value of at most 53 bits as a double. */
  #number(operand: Expression): string {
    const limbs = this.emit(operand);
    const low = operand.type.width > 31 && (limbs.length > 1 || !operand.type.signed) ? `(${at(limbs, 0)}>>>0)` : at(limbs, 0);
    return limbs.length === 1 ? low : `(${at(limbs, 1)}*4294967296+${low})`;
  }

  #bigint(operand: Expression): string {
    const limbs = this.emit(operand);
    const terms = limbs.map((code, index) => {
      const top = index === limbs.length - 1;
      const limb = top && operand.type.signed ? `BigInt(${code})` : `BigInt(${code}>>>0)`;
      return index === 0 ? limb : `(${limb}<<${32 * index}n)`;
    });
    return `(${terms.join("|")})`;
  }

  /** A JavaScript boolean: left < right. */
  #less(left: Expression, right: Expression): string {
    const width = Math.max(left.type.width, right.type.width);
    const count = limbCount(width);
    const a = this.#extended(left, count);
    const b = this.#extended(right, count);
    if (count === 1) {
      return left.type.signed || width < 32 ? `${at(a, 0)}<${at(b, 0)}` : `${at(a, 0)}>>>0<${at(b, 0)}>>>0`;
    }
    let code = "";
    for (let index = 0; index < count; index++) {
      const x = this.hold(at(a, index));
      const y = this.hold(at(b, index));
      const smaller = left.type.signed && index === count - 1 ? `${x}<${y}` : `${x}>>>0<${y}>>>0`;
      code = index === 0 ? smaller : `(${x}===${y}?${code}:${smaller})`;
    }
    return code;
  }

  /** The shift amount as a non-negative number; larger than any shift where it has more than 31 significant bits. */
  #shiftAmount(amount: Expression): string {
    const limbs = this.#held(amount);
    if (limbs.length === 1 && amount.type.width < 32) return at(limbs, 0);
    const tooLarge = [`${at(limbs, 0)}<0`, ...limbs.slice(1).map((code) => `${code}!==0`)].join("||");
    return this.hold(`(${tooLarge}?2147483647:${at(limbs, 0)})`);
  }

  #shiftLeft(operand: Expression, amount: string, amountWidth: number): Limbs {
    const limbs = this.#held(operand);
    if (limbs.length === 1) {
      const shifted = `(${at(limbs, 0)}<<${amount})`;
      return fitTop([amountWidth <= 5 ? shifted : `(${amount}>31?0:${shifted})`], operand.type);
    }
    const bits = this.hold(`(${amount}&31)`);
    const inLimbs = limbs.map((code, index) =>
      index === 0 ? `(${code}<<${bits})` : `(${code}<<${bits}|${at(limbs, index - 1)}>>>1>>>31-${bits})`,
    );
    return fitTop(
      this.#shiftLimbs(inLimbs, amount, (stage, index, distance) => (index < distance ? "0" : at(stage, index - distance)), "0"),
      operand.type,
    );
  }

  #shiftRight(operand: Expression, amount: string, amountWidth: number): Limbs {
    const limbs = this.#held(operand);
    const top = at(limbs, limbs.length - 1);
    const signed = operand.type.signed;
    if (limbs.length === 1) {
      if (signed) return [amountWidth <= 5 ? `(${top}>>${amount})` : `(${top}>>(${amount}>31?31:${amount}))`];
      return [amountWidth <= 5 ? `(${top}>>>${amount}|0)` : `(${amount}>31?0:${top}>>>${amount}|0)`];
    }
    const bits = this.hold(`(${amount}&31)`);
    const fill = signed ? this.hold(`(${top}>>31)`) : "0";
    const inLimbs = limbs.map((code, index) =>
      index === limbs.length - 1
        ? `(${code}${signed ? ">>" : ">>>"}${bits}|0)`
        : `(${code}>>>${bits}|${at(limbs, index + 1)}<<1<<31-${bits})`,
    );
    return this.#shiftLimbs(
      inLimbs,
      amount,
      (stage, index, distance) => (index + distance < limbs.length ? at(stage, index + distance) : fill),
      fill,
    );
  }

  /** Moves whole limbs by the bits of the amount above the lowest five, one bit a stage. */
  #shiftLimbs(limbs: Limbs, amount: string, from: (stage: Limbs, index: number, distance: number) => string, fill: string): Limbs {
    let stage = limbs.map((code) => this.hold(code));
    let distance = 1;
    for (; distance < limbs.length; distance *= 2) {
      const previous = stage;
      const moved = `${amount}&${32 * distance}`;
      stage = previous.map((code, index) => this.hold(`(${moved}?${from(previous, index, distance)}:${code})`));
    }
    return stage.map((code) => `(${amount}>=${32 * distance}?${fill}:${code})`);
  }
}

function at(limbs: Limbs, index: number): string {
  const code = limbs[index];
  if (code === undefined) throw new RangeError(`limb ${index} of a value with ${limbs.length} limbs`);
  return code;
}

function unknownNode(node: never): never {
  throw new TypeError(`the simulator has no rule for ${JSON.stringify(node)}`);
}

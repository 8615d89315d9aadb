/** Operations on values of any shape: mux, concatenate, pack, unpack, equal. */
import { here } from "../diagnostics/location.ts";
import {
  binary,
  bitType,
  concatenate as concatenateExpressions,
  constant,
  convert,
  mux as muxExpression,
  slice,
  unsignedType,
} from "../ir/build.ts";
import type { Expression, Location } from "../ir/nodes.ts";
import { BundleBase, Vector, type Bundle, type Value } from "./aggregates.ts";
import { Bits, fromExpression, type SInt, UInt } from "./bits.ts";
import { commonType, literal, type Literal } from "./literal.ts";
import { describe, sameModule } from "./operations.ts";
import { report, type Scope } from "./scope.ts";
import { fieldTypes, zipValues } from "./structure.ts";
import { isBits, isBundle, isVector, type DataType, type Fields, type HardwareType, type ReadOf } from "./types.ts";

/** Several values side by side, the first one in the most significant bits; unsigned. */
export function concatenate(...parts: readonly Bits[]): UInt {
  const location = here();
  const [first, ...others] = parts;
  if (first === undefined) {
    report({ code: "P701", subject: "concatenate() of nothing", location, declared: [], fix: "give at least one value" });
    return new UInt(constant(0n, bitType, location), null);
  }
  let scope = first.scope;
  for (const part of others) {
    sameModule(scope, part, location);
    scope ??= part.scope;
  }
  return new UInt(
    concatenateExpressions(
      parts.map((part) => convert(part.expression, unsignedType(part.width), location)),
      location,
    ),
    scope,
  );
}

/** `condition ? whenTrue : whenFalse` for single values; literals take the other one's type. */
function muxBits(condition: UInt, whenTrue: Bits | Literal, whenFalse: Bits | Literal, location: Location): UInt | SInt {
  const type = whenTrue instanceof Bits ? whenTrue.expression.type : whenFalse instanceof Bits ? whenFalse.expression.type : null;
  const asExpression = (value: Bits | Literal): Expression => {
    if (value instanceof Bits) return value.expression;
    return literal(value, type ?? commonType(whenTrue as Literal, whenFalse as Literal), location);
  };
  let scope = condition.scope;
  for (const value of [whenTrue, whenFalse]) {
    if (!(value instanceof Bits)) continue;
    sameModule(scope, value, location);
    scope ??= value.scope;
  }
  return fromExpression(muxExpression(condition.expression, asExpression(whenTrue), asExpression(whenFalse), location), scope);
}

/** `condition ? whenTrue : whenFalse`, for aggregates leaf by leaf. */
export function mux<W extends number>(condition: UInt<1>, whenTrue: UInt<W>, whenFalse: UInt<NoInfer<W>> | Literal): UInt<W>;
export function mux<W extends number>(condition: UInt<1>, whenTrue: SInt<W>, whenFalse: SInt<NoInfer<W>> | Literal): SInt<W>;
export function mux<W extends number>(condition: UInt<1>, whenTrue: Literal, whenFalse: UInt<W>): UInt<W>;
export function mux<W extends number>(condition: UInt<1>, whenTrue: Literal, whenFalse: SInt<W>): SInt<W>;
export function mux(condition: UInt<1>, whenTrue: Literal, whenFalse: Literal): UInt;
export function mux<F extends Fields>(condition: UInt<1>, whenTrue: BundleBase<F>, whenFalse: BundleBase<NoInfer<F>>): Bundle<F>;
export function mux<E extends Value, R extends Value>(condition: UInt<1>, whenTrue: Vector<E, R>, whenFalse: Vector): Vector<R>;
export function mux(condition: UInt<1>, whenTrue: Value | Literal, whenFalse: Value | Literal): Value {
  const location = here();
  const isLeaf = (value: Value | Literal): value is Bits | Literal =>
    value instanceof Bits || typeof value === "number" || typeof value === "bigint";
  if (isLeaf(whenTrue) && isLeaf(whenFalse)) return muxBits(condition, whenTrue, whenFalse, location);
  if (isLeaf(whenTrue) || isLeaf(whenFalse)) {
    report({
      code: "P704",
      subject: "mux of a single value and an aggregate",
      location,
      declared: [],
      fix: "give two values of one type",
    });
    return isLeaf(whenTrue) ? muxBits(condition, whenTrue, whenTrue, location) : whenTrue;
  }
  return zipValues(whenTrue, whenFalse, location, (a, b) => muxBits(condition, a, b, location));
}

/** A tree of multiplexers, one level a bit of the index. */
export function selectFrom(elements: readonly Value[], index: UInt, location: Location): Value {
  const last = elements.at(-1);
  if (last === undefined) throw new RangeError("vector without elements");
  const levels = index.width;
  const choose = (base: number, level: number): Value => {
    if (base >= elements.length - 1) return last;
    if (level < 0) return elements[base] ?? last;
    const low = choose(base, level - 1);
    const high = choose(base + 2 ** level, level - 1);
    if (low === high) return low;
    const bit = new UInt<1>(slice(index.expression, level, level, location), index.scope);
    return zipValues(high, low, location, (a, b) => muxBits(bit, a, b, location));
  };
  return choose(0, levels - 1);
}

/** All bits of a value side by side: the first field of a bundle and the last element of a vector are the most significant. */
export function pack(value: Value): UInt {
  const location = here();
  let scope: Scope | null = null;
  const parts: Expression[] = packedLeaves(value).map((leaf) => {
    sameModule(scope, leaf, location);
    scope ??= leaf.scope;
    return convert(leaf.expression, unsignedType(leaf.width), location);
  });
  return new UInt(concatenateExpressions(parts, location), scope);
}

function packedLeaves(value: Value): Bits[] {
  if (value instanceof Bits) return [value];
  if (value instanceof BundleBase) return [...value.fields.values()].flatMap(packedLeaves);
  if (value instanceof Vector) return value.elements.toReversed().flatMap(packedLeaves);
  return [...(value.last === null ? [] : [value.last]), ...packedLeaves(value.payload)];
}

/** The value of `type` whose bits are `bits`: the inverse of pack. The widths must be equal. */
export function unpack<T extends DataType>(type: T, bits: UInt): ReadOf<T> {
  const location = here();
  if (bits.width !== type.width) {
    report({
      code: "W103",
      subject: `unpack of ${describe(bits)} as a value of ${type.width} bits`,
      location,
      declared: [],
      fix: `give exactly ${type.width} bits`,
    });
  }
  const unpackFrom = (inner: HardwareType, low: number): Value => {
    if (isBits(inner)) {
      const top = Math.min(low + inner.width, bits.width) - 1;
      const part = slice(bits.expression, Math.max(top, 0), Math.min(low, Math.max(top, 0)), location);
      return fromExpression(convert(part, inner.bits, location), bits.scope);
    }
    if (isBundle(inner)) {
      let position = low + inner.width;
      const fields = fieldTypes(inner).map(([name, field]): [string, Value] => {
        position -= field.width;
        return [name, unpackFrom(field, position)];
      });
      return new BundleBase(inner, new Map(fields));
    }
    if (isVector(inner)) {
      const elements = Array.from({ length: inner.length }, (_, index) =>
        unpackFrom(inner.element, low + index * inner.element.width),
      );
      return new Vector(inner, elements);
    }
    throw new TypeError("streams cannot be unpacked");
  };
  return unpackFrom(type, 0);
}

/** 1 where all leaves of two values of one type are equal. */
export function equal(a: Value, b: Value): UInt<1> {
  const location = here();
  let all: Expression = constant(1n, bitType, location);
  let scope: Scope | null = null;
  zipValues(a, b, location, (left, right) => {
    const same = binary("eq", left.expression, right.expression, location);
    all = all.kind === "constant" ? same : binary("and", all, same, location);
    scope ??= left.scope ?? right.scope;
    return left;
  });
  return new UInt(all, scope);
}

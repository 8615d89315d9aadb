/**
 * Values that hold others: bundles, vectors and streams. They exist while the design is built; in the IR only their flattened signals
 * remain, named by their paths.
 */
import { here } from "../diagnostics/location.ts";
import { binary, bitType, concatenate as concatenateExpressions, constant, convert, slice, unsignedType } from "../ir/build.ts";
import type { Expression, Location } from "../ir/nodes.ts";
import {
  AssignableSInt,
  AssignableUInt,
  Bits,
  describe,
  fromExpression,
  literal,
  muxBits,
  sameModule,
  SInt,
  UInt,
  type Literal,
} from "./bits.ts";
import { report, type Place, type Scope } from "./scope.ts";
import {
  isBits,
  isBundle,
  isStream,
  isVector,
  UIntType,
  type BundleType,
  type SIntType,
  type StreamType,
  type VectorType,
  type AssignableOf,
  type BundleDriver,
  type DataType,
  type Fields,
  type HardwareType,
  type ReadOf,
} from "./types.ts";

/** Any value of the language. */
export type Value = Bits | BundleBase | Vector<Value> | StreamBase;

/** What all bundles share: their type and their fields. */
export class BundleBase {
  readonly type: BundleType;
  /** The fields by name; each is a property of the bundle, too. */
  readonly fields: ReadonlyMap<string, Value>;

  constructor(type: BundleType, fields: ReadonlyMap<string, Value>) {
    this.type = type;
    this.fields = fields;
    for (const [name, value] of fields) Object.defineProperty(this, name, { value, enumerable: true });
  }
}

/** A bundle that can be read; its fields are properties. */
export type Bundle<F extends Fields> = BundleBase & { readonly [K in keyof F]: ReadOf<F[K]> };
/** A bundle whose fields, or all of it, can be assigned. */
export type AssignableBundle<F extends Fields> = BundleBase & { readonly [K in keyof F]: AssignableOf<F[K]> } & {
  /** Drives every field. */
  set(value: BundleDriver<F>): void;
};

class AssignableBundleValue extends BundleBase {
  set(value: unknown): void {
    assignValue(this, value, here());
  }
}

/** Elements of one type. `E` is what an element is, `R` what it is when only read. */
export class Vector<E extends Value = Value, R extends Value = E> implements Iterable<E> {
  readonly type: VectorType;
  readonly elements: readonly E[];
  /** Only for TypeScript: the type of `select`. */
  declare readonly readElement: R;

  constructor(type: VectorType, elements: readonly E[]) {
    this.type = type;
    this.elements = elements;
  }

  get length(): number {
    return this.elements.length;
  }

  [Symbol.iterator](): Iterator<E> {
    return this.elements[Symbol.iterator]();
  }

  /** Element `index`, a JavaScript number. */
  at(index: number): E {
    const element = this.elements[index];
    if (element !== undefined) return element;
    report({
      code: "W107",
      subject: `element ${index} of a vector of ${this.length}`,
      location: here(),
      declared: [],
      fix: `elements are numbered from 0 to ${this.length - 1}; for an index that is a signal write .select(index)`,
    });
    const [first] = this.elements;
    if (first === undefined) throw new RangeError("vector without elements");
    return first;
  }

  /** The element whose index is the value of a signal; beyond the end the last one. */
  select(index: UInt): R {
    const location = here();
    const selected = selectFrom(this.elements, index, location);
    return selected as Value as R;
  }
}

/** A vector whose elements, or all of it, can be assigned. */
export type AssignableVector<E extends Value, R extends Value, D> = Vector<E, R> & {
  /** Drives every element; as many values as there are elements. */
  set(value: Iterable<D>): void;
};

class AssignableVectorValue extends Vector {
  set(value: unknown): void {
    assignValue(this, value, here());
  }
}

type LastOf<Last extends boolean, B extends Bits> = Last extends true ? B : null;

/** What all streams share. */
export class StreamBase<T extends DataType = DataType, Last extends boolean = boolean> {
  readonly type: StreamType<T, Last>;
  /** 1: a payload is offered. Once up, it stays until it is taken, and the payload with it. */
  readonly valid: UInt<1>;
  /** 1: a payload would be taken in this cycle. */
  readonly ready: UInt<1>;
  readonly payload: Value;
  /** 1 in the last payload of a packet; null where the stream's type has none. */
  readonly last: UInt<1> | null;

  constructor(type: StreamType<T, Last>, parts: { valid: UInt<1>; ready: UInt<1>; payload: Value; last: UInt<1> | null }) {
    this.type = type;
    this.valid = parts.valid;
    this.ready = parts.ready;
    this.payload = parts.payload;
    this.last = parts.last;
  }

  /** 1 in the cycles in which a payload moves: valid and ready. */
  fire(): UInt<1> {
    return this.valid.and(this.ready);
  }
}

/** A stream that the module takes from: an input, or the output of an instance. It reads valid and payload and drives ready. */
export interface StreamInput<T extends DataType = DataType, Last extends boolean = boolean> extends StreamBase<T, Last> {
  readonly valid: UInt<1>;
  readonly ready: AssignableUInt<1>;
  readonly payload: ReadOf<T>;
  readonly last: LastOf<Last, UInt<1>>;
}

/** A stream that the module drives: an output, or the input of an instance. It drives valid and payload and reads ready. */
export interface StreamOutput<T extends DataType = DataType, Last extends boolean = boolean> extends StreamBase<T, Last> {
  readonly valid: AssignableUInt<1>;
  readonly ready: UInt<1>;
  readonly payload: AssignableOf<T>;
  readonly last: LastOf<Last, AssignableUInt<1>>;
}

/** A stream inside the module: driven at one end and taken from at the other. */
export interface StreamWire<T extends DataType = DataType, Last extends boolean = boolean> extends StreamBase<T, Last> {
  readonly valid: AssignableUInt<1>;
  readonly ready: AssignableUInt<1>;
  readonly payload: AssignableOf<T>;
  readonly last: LastOf<Last, AssignableUInt<1>>;
}

/** Makes the leaf of an aggregate; `backward` for a stream's ready, which runs against the stream. */
export type LeafFactory = (place: Place, type: UIntType | SIntType, backward: boolean) => Bits;

/** Builds the value of `type` at `place` from its leaves. */
export function build(type: HardwareType, place: Place, leaf: LeafFactory): Value {
  if (isBits(type)) return leaf(place, type, false);
  if (isBundle(type)) {
    const fields = fieldTypes(type).map(([name, field]): [string, Value] => [name, build(field, child(place, name), leaf)]);
    return new AssignableBundleValue(type, new Map(fields));
  }
  if (isVector(type)) {
    const elements = Array.from({ length: type.length }, (_, index) =>
      build(type.element, { id: `${place.id}_${index}`, path: `${place.path}[${index}]` }, leaf),
    );
    return new AssignableVectorValue(type, elements);
  }
  if (isStream(type)) {
    const oneBit = new UIntType(1);
    const handshake = (name: string, backward: boolean): UInt<1> => {
      const value = leaf(child(place, name), oneBit, backward);
      return value instanceof UInt ? value : new UInt(value.expression, value.scope);
    };
    const valid = handshake("valid", false);
    const last = type.last ? handshake("last", false) : null;
    const payload = build(type.payload, child(place, "payload"), leaf);
    return new StreamBase(type, { valid, ready: handshake("ready", true), payload, last });
  }
  throw new TypeError("unknown hardware type");
}

/** The fields of a bundle type, in their order. */
function fieldTypes(type: BundleType): [name: string, type: DataType][] {
  return Object.entries(type.fields);
}

function child(place: Place, name: string): Place {
  return { id: `${place.id}_${name}`, path: `${place.path}.${name}` };
}

/** The leaves of a value: bundles in the order of their fields, vectors from element 0; of a stream last and payload. */
export function leavesOf(value: Value): Bits[] {
  if (value instanceof Bits) return [value];
  if (value instanceof BundleBase) return [...value.fields.values()].flatMap(leavesOf);
  if (value instanceof Vector) return value.elements.flatMap(leavesOf);
  return [...(value.last === null ? [] : [value.last]), ...leavesOf(value.payload)];
}

/** The same value with every leaf replaced; `place` names the leaves as `build` would. */
export function mapLeaves(value: Value, place: Place, change: (leaf: Bits, place: Place) => Bits): Value {
  if (value instanceof Bits) return change(value, place);
  if (value instanceof BundleBase) {
    const fields = [...value.fields].map(([name, field]): [string, Value] => [name, mapLeaves(field, child(place, name), change)]);
    return new BundleBase(value.type, new Map(fields));
  }
  if (value instanceof Vector) {
    const elements = value.elements.map((element, index) =>
      mapLeaves(element, { id: `${place.id}_${index}`, path: `${place.path}[${index}]` }, change),
    );
    return new Vector(value.type, elements);
  }
  throw new TypeError("a stream has signals of both directions: there is no one value to name");
}

/** The values for the leaves of `type` in a value of it, or in plain objects and arrays; null, after a report, where the shape differs. */
export function driverLeaves(type: HardwareType, value: unknown, location: Location): (Bits | Literal)[] | null {
  if (isBits(type)) {
    if (value instanceof Bits || typeof value === "number" || typeof value === "bigint") return [value];
    reportShape(`a value of ${type.width} bits`, value, "a signal, a number or a bigint", location);
    return null;
  }
  const parts: [HardwareType, unknown][] = [];
  if (isBundle(type)) {
    const given = fieldsOf(value);
    const names = Object.keys(type.fields);
    if (given?.size !== names.length || names.some((name) => !given.has(name))) {
      reportShape("a bundle", value, `an object with the fields ${names.join(", ")}`, location);
      return null;
    }
    for (const [name, field] of fieldTypes(type)) parts.push([field, given.get(name)]);
  } else if (isVector(type)) {
    const given = value instanceof Vector || Array.isArray(value) ? [...(value as Iterable<unknown>)] : [];
    if (given.length !== type.length) {
      reportShape(`a vector of ${type.length}`, value, `${type.length} elements`, location);
      return null;
    }
    for (const element of given) parts.push([type.element, element]);
  } else {
    reportShape("a stream", value, "nothing: a stream has no initial value", location);
    return null;
  }
  const leaves: (Bits | Literal)[] = [];
  for (const [inner, part] of parts) {
    const found = driverLeaves(inner, part, location);
    if (found === null) return null;
    leaves.push(...found);
  }
  return leaves;
}

/** The value of `type` that a value, a plain object, an array or a literal stands for; null, after a report, where the shape differs. */
export function toValue(type: HardwareType, given: unknown, location: Location): Value | null {
  const leaves = driverLeaves(type, given, location)?.values();
  if (leaves === undefined) return null;
  return build(type, { id: "", path: "" }, (_place, leafType) => {
    const leaf = leaves.next().value;
    if (leaf instanceof Bits) return leaf;
    return fromExpression(literal(leaf ?? 0, leafType.bits, location), null);
  });
}

/** The streams in a value, with their paths. */
export function streamsIn(value: Value, path: string): [string, StreamBase][] {
  if (value instanceof StreamBase) return [[path, value]];
  if (value instanceof Vector) return value.elements.flatMap((element, index) => streamsIn(element, `${path}[${index}]`));
  return [];
}

/** Assigns a signal, bundle, vector or plain object or array of such to a value, leaf by leaf. */
export function assignValue(target: Value, value: unknown, location: Location): void {
  if (target instanceof Bits) {
    if (!(target instanceof AssignableUInt || target instanceof AssignableSInt)) {
      reportNotAssignable(target, location);
    } else if (value instanceof Bits || typeof value === "number" || typeof value === "bigint") {
      assignBits(target, value);
    } else {
      reportShape(describe(target), value, "a signal, a number or a bigint", location);
    }
    return;
  }
  if (target instanceof BundleBase) {
    const given = fieldsOf(value);
    if (given === null) {
      reportShape("a bundle", value, `a bundle or an object with the fields ${[...target.fields.keys()].join(", ")}`, location);
      return;
    }
    for (const [name, field] of target.fields) {
      if (given.has(name)) assignValue(field, given.get(name), location);
    }
    const wrong = [
      ...[...target.fields.keys()].filter((name) => !given.has(name)).map((name) => `${name} is missing`),
      ...[...given.keys()].filter((name) => !target.fields.has(name)).map((name) => `there is no field ${name}`),
    ];
    if (wrong.length > 0)
      reportShape(`a bundle (${wrong.join(", ")})`, value, `the fields ${[...target.fields.keys()].join(", ")}`, location);
    return;
  }
  if (target instanceof Vector) {
    const given = value instanceof Vector || Array.isArray(value) ? [...(value as Iterable<unknown>)] : null;
    if (given?.length !== target.length) {
      reportShape(`a vector of ${target.length}`, value, `${target.length} elements`, location);
      return;
    }
    for (const [index, element] of target.elements.entries()) assignValue(element, given[index], location);
    return;
  }
  reportShape("a stream", value, "m.connect(target, source), which also drives ready", location);
}

function assignBits(target: AssignableUInt | AssignableSInt, value: Bits | Literal): void {
  // The types of leaves were not compared before: the pass over widths compares them.
  (target as { set(value: unknown): void }).set(value);
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (value instanceof BundleBase) return value.fields;
  if (typeof value !== "object" || value === null || value instanceof Bits || value instanceof Vector || Array.isArray(value))
    return null;
  return new Map(Object.entries(value));
}

export function reportNotAssignable(target: Bits, location: Location): void {
  report({
    code: "D205",
    subject: describe(target),
    location,
    declared: [],
    fix: "assign registers, wires, outputs and the inputs of instances; inputs, nodes and results of operations are only read",
  });
}

function reportShape(target: string, value: unknown, expected: string, location: Location): void {
  const given =
    value instanceof Bits
      ? describe(value)
      : value instanceof BundleBase
        ? `a bundle of ${[...value.fields.keys()].join(", ")}`
        : value instanceof Vector
          ? `a vector of ${value.length}`
          : value instanceof StreamBase
            ? "a stream"
            : value === null || typeof value !== "object"
              ? String(value)
              : Array.isArray(value)
                ? `an array of ${value.length}`
                : "an object";
  report({ code: "P704", subject: `${target} <- ${given}`, location, declared: [], fix: `give ${expected}` });
}

/** Applies `combine` to the leaves of two values of one shape. */
export function zipValues(a: Value, b: Value, location: Location, combine: (a: Bits, b: Bits) => Bits): Value {
  if (a instanceof Bits && b instanceof Bits) return combine(a, b);
  if (a instanceof BundleBase && b instanceof BundleBase) {
    const fields = new Map<string, Value>();
    for (const [name, field] of a.fields) {
      const other = b.fields.get(name);
      if (other !== undefined) fields.set(name, zipValues(field, other, location, combine));
    }
    if (fields.size === a.fields.size && a.fields.size === b.fields.size) return new BundleBase(a.type, fields);
  }
  if (a instanceof Vector && b instanceof Vector && a.length === b.length) {
    const others = b.elements;
    return new Vector(
      a.type,
      a.elements.map((element, index) => zipValues(element, others[index] ?? element, location, combine)),
    );
  }
  report({ code: "P704", subject: "two values of different shapes", location, declared: [], fix: "give two values of one type" });
  return a;
}

/** `condition ? whenTrue : whenFalse`, for aggregates leaf by leaf. */
export function mux<W extends number>(condition: UInt<1>, whenTrue: UInt<W>, whenFalse: UInt<NoInfer<W>> | Literal): UInt<W>;
export function mux<W extends number>(condition: UInt<1>, whenTrue: SInt<W>, whenFalse: SInt<NoInfer<W>> | Literal): SInt<W>;
export function mux<W extends number>(condition: UInt<1>, whenTrue: Literal, whenFalse: UInt<W>): UInt<W>;
export function mux<W extends number>(condition: UInt<1>, whenTrue: Literal, whenFalse: SInt<W>): SInt<W>;
export function mux(condition: UInt<1>, whenTrue: Literal, whenFalse: Literal): UInt;
export function mux<V extends Value>(condition: UInt<1>, whenTrue: V, whenFalse: NoInfer<V>): V;
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
function selectFrom(elements: readonly Value[], index: UInt, location: Location): Value {
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
  return unpackFrom(type, 0) as ReadOf<T>;
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

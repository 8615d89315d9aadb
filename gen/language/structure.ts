/** Going through the leaves of values: building, naming, assigning and comparing shapes. */
import type { Location } from "../ir/nodes.ts";
import { AssignableBundleValue, AssignableVectorValue, BundleBase, StreamBase, Vector, type Value } from "./aggregates.ts";
import { AssignableSInt, AssignableUInt, Bits, fromExpression, UInt } from "./bits.ts";
import { literal, type Literal } from "./literal.ts";
import { describe } from "./operations.ts";
import { report, type Place } from "./scope.ts";
import {
  isBits,
  isBundle,
  isStream,
  isVector,
  UIntType,
  type BundleType,
  type DataType,
  type HardwareType,
  type SIntType,
} from "./types.ts";

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
export function fieldTypes(type: BundleType): [name: string, type: DataType][] {
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

export function reportShape(target: string, value: unknown, expected: string, location: Location): void {
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

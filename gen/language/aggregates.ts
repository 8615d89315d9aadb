/**
 * Values that hold others: bundles, vectors and streams. They exist while the design is built; in the IR only their flattened signals
 * remain, named by their paths.
 */
import { here } from "../diagnostics/location.ts";
import type { AssignableUInt, Bits, UInt } from "./bits.ts";
import { selectFrom } from "./combine.ts";
import { report } from "./scope.ts";
import { assignValue } from "./structure.ts";
import type { AssignableOf, BundleDriver, BundleType, DataType, Fields, ReadOf, StreamType, VectorType } from "./types.ts";

/** Any value of the language. */
export type Value = Bits | BundleBase | Vector | StreamBase;

/** What all bundles share: their type and their fields. */
export class BundleBase<F extends Fields = Fields> {
  readonly type: BundleType<F>;
  /** The fields by name; each is a property of the bundle, too. */
  readonly fields: ReadonlyMap<string, Value>;

  constructor(type: BundleType<F>, fields: ReadonlyMap<string, Value>) {
    this.type = type;
    this.fields = fields;
    for (const [name, value] of fields) Object.defineProperty(this, name, { value, enumerable: true });
  }
}

/** A bundle that can be read; its fields are properties. */
export type Bundle<F extends Fields> = BundleBase<F> & { readonly [K in keyof F]: ReadOf<F[K]> };
/** A bundle whose fields, or all of it, can be assigned. */
export type AssignableBundle<F extends Fields> = BundleBase<F> & { readonly [K in keyof F]: AssignableOf<F[K]> } & {
  /** Drives every field. */
  set(value: BundleDriver<F>): void;
};

export class AssignableBundleValue extends BundleBase {
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
    return selected as R;
  }
}

/** A vector whose elements, or all of it, can be assigned. */
export type AssignableVector<E extends Value, R extends Value, D> = Vector<E, R> & {
  /** Drives every element; as many values as there are elements. */
  set(value: Iterable<D>): void;
};

export class AssignableVectorValue extends Vector {
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

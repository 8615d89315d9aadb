/**
 * The types of the language: `bit`, `uint(w)`, `sint(w)`, `bundle({...})`, `vector(type, n)` and `stream(type)`. A type says what its
 * values look like in four places, which TypeScript reads from phantom properties: read, assigned, what may be assigned to them, and
 * their constants.
 */
import { here } from "../diagnostics/location.ts";
import { constant } from "../ir/build.ts";
import type { BitsType } from "../ir/nodes.ts";
import { SInt, UInt, type AssignableSInt, type AssignableUInt } from "./bits.ts";
import { literal, type Literal } from "./literal.ts";
import type {
  AssignableBundle,
  AssignableVector,
  Bundle,
  StreamInput,
  StreamOutput,
  StreamWire,
  Value,
  Vector,
} from "./aggregates.ts";
import { report } from "./scope.ts";

/** What a value of the type is where it can only be read: an input, an instance's output. */
declare const readable: unique symbol;
/** What it is where the module drives it: an output, an instance's input. */
declare const assignable: unique symbol;
/** What it is where the module does both: a wire. */
declare const local: unique symbol;
/** What may be assigned to it. */
declare const driver: unique symbol;
/** Its constants, for the initial values of registers. */
declare const initial: unique symbol;

/** Any type of the language. */
export abstract class HardwareType {
  declare readonly [readable]: Value;
  declare readonly [assignable]: Value;
  declare readonly [local]: Value;
  declare readonly [driver]: unknown;
  declare readonly [initial]: unknown;
  /** The number of bits of a value, a stream's handshake included. */
  abstract readonly width: number;
}

/** A value that can be driven; the exact type of what it takes is that of the value's own `set`. */
export interface Settable {
  set(value: unknown): void;
}

/** A type that holds data: every type but streams. */
export abstract class DataType extends HardwareType {
  declare readonly [assignable]: Value & Settable;
  declare readonly [local]: Value & Settable;
  declare readonly isData: true;
}

export type ReadOf<T extends HardwareType> = T[typeof readable];
export type AssignableOf<T extends HardwareType> = T[typeof assignable];
export type LocalOf<T extends HardwareType> = T[typeof local];
export type DriverOf<T extends HardwareType> = T[typeof driver];
export type InitialOf<T extends HardwareType> = T[typeof initial];

function checkedWidth(width: number, name: string): number {
  if (Number.isInteger(width) && width >= 1 && width <= 65536) return width;
  report({
    code: "W109",
    subject: `${name}(${width})`,
    location: here(),
    declared: [],
    fix: "a width is a whole number from 1 to 65536; there are no signals of zero bits",
  });
  return 1;
}

export class UIntType<W extends number = number> extends DataType {
  declare readonly [readable]: UInt<W>;
  declare readonly [assignable]: AssignableUInt<W>;
  declare readonly [local]: AssignableUInt<W>;
  declare readonly [driver]: UInt<W> | Literal;
  declare readonly [initial]: Literal;
  readonly width: number;

  constructor(width: W) {
    super();
    this.width = checkedWidth(width, "uint");
  }

  get bits(): BitsType {
    return { signed: false, width: this.width };
  }

  /** A constant; its value must be in the range of the type. */
  constant(value: Literal): UInt<W> {
    return new UInt(literal(value, this.bits, here()), null);
  }
}

export class SIntType<W extends number = number> extends DataType {
  declare readonly [readable]: SInt<W>;
  declare readonly [assignable]: AssignableSInt<W>;
  declare readonly [local]: AssignableSInt<W>;
  declare readonly [driver]: SInt<W> | Literal;
  declare readonly [initial]: Literal;
  readonly width: number;

  constructor(width: W) {
    super();
    this.width = checkedWidth(width, "sint");
  }

  get bits(): BitsType {
    return { signed: true, width: this.width };
  }

  /** A constant; its value must be in the range of the type. */
  constant(value: Literal): SInt<W> {
    return new SInt(literal(value, this.bits, here()), null);
  }
}

export type Fields = Readonly<Record<string, DataType>>;

const reservedFields: ReadonlySet<string> = new Set(["set", "fields", "type"]);

export type BundleDriver<F extends Fields> = { readonly [K in keyof F]: DriverOf<F[K]> };

export class BundleType<F extends Fields = Fields> extends DataType {
  declare readonly [readable]: Bundle<F>;
  declare readonly [assignable]: AssignableBundle<F>;
  declare readonly [local]: AssignableBundle<F>;
  declare readonly [driver]: BundleDriver<F>;
  declare readonly [initial]: { readonly [K in keyof F]: InitialOf<F[K]> };
  readonly fields: F;
  readonly width: number;

  constructor(fields: F) {
    super();
    this.fields = fields;
    this.width = Object.values(fields).reduce((sum, field) => sum + field.width, 0);
    for (const [name, field] of Object.entries(fields)) {
      const problem = !(field instanceof DataType)
        ? "is no data type"
        : reservedFields.has(name)
          ? "hides a member of every bundle"
          : null;
      if (problem === null) continue;
      report({
        code: "P704",
        subject: `bundle field ${name} ${problem}`,
        location: here(),
        declared: [],
        fix: reservedFields.has(name) ? "give the field another name" : "bundles hold data; make a stream a port of its own",
      });
    }
    if (this.width === 0) {
      report({ code: "P704", subject: "bundle without fields", location: here(), declared: [], fix: "give it at least one field" });
    }
  }
}

export class VectorType<T extends HardwareType = HardwareType> extends DataType {
  declare readonly [readable]: Vector<ReadOf<T>>;
  declare readonly [assignable]: AssignableVector<AssignableOf<T>, ReadOf<T>, DriverOf<T>>;
  declare readonly [local]: AssignableVector<LocalOf<T>, ReadOf<T>, DriverOf<T>>;
  declare readonly [driver]: Iterable<DriverOf<T>>;
  declare readonly [initial]: readonly InitialOf<T>[];
  readonly element: T;
  readonly length: number;
  readonly width: number;

  constructor(element: T, length: number) {
    super();
    const valid = Number.isInteger(length) && length >= 1 && length <= 65536;
    if (!valid) {
      report({
        code: "P701",
        subject: `vector(type, ${length})`,
        location: here(),
        declared: [],
        fix: "the number of elements is a whole number from 1 to 65536",
      });
    }
    this.element = element;
    this.length = valid ? length : 1;
    this.width = element.width * this.length;
  }
}

export class StreamType<T extends DataType = DataType, Last extends boolean = boolean> extends HardwareType {
  declare readonly [readable]: StreamInput<T, Last>;
  declare readonly [assignable]: StreamOutput<T, Last>;
  declare readonly [local]: StreamWire<T, Last>;
  declare readonly [driver]: never;
  declare readonly [initial]: never;
  readonly payload: T;
  /** Whether a `last` signal marks the end of packets. */
  readonly last: Last;
  readonly width: number;

  constructor(payload: T, last: Last) {
    super();
    this.payload = payload;
    this.last = last;
    this.width = payload.width + 2 + (last ? 1 : 0);
    if (!(payload instanceof DataType)) {
      report({
        code: "P704",
        subject: "stream whose payload is no data type",
        location: here(),
        declared: [],
        fix: "a payload is data: bits, a bundle or a vector",
      });
    }
  }
}

/** For generic code: which type it has. */
export const isBits = (type: HardwareType): type is UIntType | SIntType => type instanceof UIntType || type instanceof SIntType;
export const isBundle = (type: HardwareType): type is BundleType => type instanceof BundleType;
export const isVector = (type: HardwareType): type is VectorType => type instanceof VectorType;
export const isStream = (type: HardwareType): type is StreamType => type instanceof StreamType;

/** An unsigned type of `width` bits, 0 to 2^width - 1. */
export function uint<const W extends number>(width: W): UIntType<W> {
  return new UIntType(width);
}

/** A signed type of `width` bits in two's complement, -2^(width-1) to 2^(width-1) - 1. */
export function sint<const W extends number>(width: W): SIntType<W> {
  return new SIntType(width);
}

/** One bit: what comparisons give and conditions take. */
export const bit = new UIntType<1>(1);

/** Named fields of any data types; when packed, the first field is the most significant. */
export function bundle<F extends Fields>(fields: F): BundleType<F> {
  return new BundleType(fields);
}

/** `length` elements of one type; when packed, element 0 is the least significant. */
export function vector<T extends HardwareType>(element: T, length: number): VectorType<T> {
  return new VectorType(element, length);
}

/** A handshake: the payload moves in every cycle in which valid and ready are 1. `last` adds a marker of the end of a packet. */
export function stream<T extends DataType>(payload: T): StreamType<T, false>;
export function stream<T extends DataType, const Last extends boolean>(
  payload: T,
  options: { readonly last: Last },
): StreamType<T, Last>;
export function stream<T extends DataType>(payload: T, options: { readonly last: boolean } = { last: false }): StreamType<T> {
  return new StreamType(payload, options.last);
}

/** A constant 1 or 0 of one bit. */
export const high = new UInt<1>(constant(1n, bit.bits, here()), null);
export const low = new UInt<1>(constant(0n, bit.bits, here()), null);

// Reads safetensors files: 8 bytes header length, a JSON header, then the tensors' bytes. No library: the one on npm of that name
// stands at 0.0.1, and what matters here are the checks, each with an error code of its own.
import { add, multiply } from "../checked.ts";
import { TernelError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { decodeFloats, elementBytes, isElementType } from "./floats.ts";
import type { ElementType } from "./floats.ts";
import { isObject, isWhole, parseObject } from "./json.ts";

/** One tensor's entry: its bytes are [begin, end) of the data behind the header. */
interface TensorEntry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The largest header that the format's own library accepts. */
const headerLimit = 100_000_000;

/** A checked safetensors file. */
export class Safetensors {
  readonly #source: ByteSource;
  readonly #dataStart: number;
  readonly #entries: ReadonlyMap<string, TensorEntry>;

  /** Reads and checks the header: every tensor lies in the file, none overlaps another, and no byte belongs to none. */
  constructor(source: ByteSource) {
    this.#source = source;
    if (source.bytes < 8) throw new TernelError("safetensorsShort", `${source.bytes} bytes`);
    const lengthBytes = source.read(0, 8);
    const length = new DataView(lengthBytes.buffer, lengthBytes.byteOffset, 8).getBigUint64(0, true);
    if (length < 2n || length > BigInt(headerLimit)) throw new TernelError("safetensorsHeaderLength", `${length} bytes`);
    this.#dataStart = 8 + Number(length);
    if (this.#dataStart > source.bytes) throw new TernelError("safetensorsShort", `${source.bytes} of ${this.#dataStart} bytes`);
    const header = parseObject(source.read(8, Number(length)), "safetensorsJson", "safetensorsDuplicate");
    const dataBytes = source.bytes - this.#dataStart;
    const entries = Object.entries(header)
      .filter(([name]) => name !== "__metadata__")
      .map(([name, entry]) => readEntry(name, entry, dataBytes));
    checkCoverage(entries, dataBytes);
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
  }

  /** The names of all tensors. */
  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The shape of a tensor, `undefined` if there is none of this name. */
  shape(name: string): readonly number[] | undefined {
    return this.#entries.get(name)?.shape;
  }

  /** A tensor's elements, row-major. They must be finite. */
  tensor(name: string): Float32Array {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new TernelError("safetensorsMissing", name);
    const values = decodeFloats(this.#source.read(this.#dataStart + entry.begin, entry.end - entry.begin), entry.type);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new TernelError("safetensorsNotFinite", `${name}, element ${bad}`);
    return values;
  }
}

function readEntry(name: string, entry: unknown, dataBytes: number): TensorEntry {
  if (!isObject(entry)) throw new TernelError("safetensorsEntry", name);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Array.isArray(shape) || !shape.every(isWhole)) throw new TernelError("safetensorsEntry", name);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole)) throw new TernelError("safetensorsEntry", name);
  if (!isElementType(dtype)) throw new TernelError("safetensorsDtype", `${name}: ${dtype}`);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataBytes) throw new TernelError("safetensorsRange", name);
  if (add(begin, multiply(elementBytes[dtype], ...shape)) !== end) throw new TernelError("safetensorsSize", name);
  return { name, type: dtype, shape, begin, end };
}

function checkCoverage(entries: readonly TensorEntry[], dataBytes: number): void {
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin < end) throw new TernelError("safetensorsOverlap", entry.name);
    if (entry.begin > end) throw new TernelError("safetensorsHole", `before ${entry.name}`);
    end = entry.end;
  }
  if (end !== dataBytes) throw new TernelError("safetensorsHole", `${dataBytes - end} bytes behind the last tensor`);
}

/** Memories: words that are read and written through ports, which synthesis maps to block RAM where reads are synchronous. */
import { here } from "../diagnostics/location.ts";
import { binary, bitType, constant } from "../ir/build.ts";
import type { Expression, Location, Memory } from "../ir/nodes.ts";
import { UInt } from "./bits.ts";
import { sys, type ClockDomain } from "./clock-domain.ts";
import { pack, unpack } from "./combine.ts";
import { checkedCount, literal, type Literal } from "./literal.ts";
import { sameModule } from "./operations.ts";
import { report, type Scope } from "./scope.ts";
import { toValue } from "./structure.ts";
import type { DataType, DriverOf, ReadOf } from "./types.ts";

export interface MemoryOptions<T extends DataType> {
  /** What a word is. */
  readonly type: T;
  /** The number of words. */
  readonly depth: number;
  /** Packed words from address 0; missing ones are 0. */
  readonly init?: readonly Literal[];
  /** The bits that one bit of a write's mask enables; default: the whole word. It divides the word's width. */
  readonly granularity?: number;
  /**
   * What a read gives whose word is written at the same edge: "old" (default) is the word before. "undefined" is a promise that the design
   * does not use such data: block RAM then needs no bypass around it.
   */
  readonly collisions?: "old" | "undefined";
}

interface MutableMemory extends Memory {
  readonly reads: Memory["reads"][number][];
  readonly writes: Memory["writes"][number][];
}

/** A memory of words of type `T`. */
export class MemoryHandle<T extends DataType> {
  readonly #scope: Scope;
  readonly #memory: MutableMemory;
  readonly #type: T;

  constructor(scope: Scope, name: string, options: MemoryOptions<T>) {
    const location = here();
    const { type } = options;
    const subject = (what: string): string => `${what} of memory ${scope.module}.${name}`;
    const depth = checkedCount(options.depth, 1, subject(`depth ${options.depth}`), location);
    let granularity = checkedCount(
      options.granularity ?? type.width,
      1,
      subject(`granularity ${options.granularity ?? 0}`),
      location,
    );
    if (type.width % granularity !== 0) {
      report({
        code: "P701",
        subject: subject(`granularity ${granularity}`),
        location,
        declared: [],
        fix: `use a divisor of the word's width, ${type.width}: one bit of a write's mask enables that many bits`,
      });
      granularity = type.width;
    }
    if (options.init !== undefined && options.init.length > depth) {
      report({
        code: "P701",
        subject: subject(`initial content of ${options.init.length} words`),
        location,
        declared: [],
        fix: `give at most ${depth} words, or make the memory deeper`,
      });
    }
    const init = options.init?.slice(0, depth).map((word) => {
      const expression = literal(word, { signed: false, width: type.width }, location);
      return expression.kind === "constant" ? expression.value : 0n;
    });
    this.#scope = scope;
    this.#type = type;
    this.#memory = {
      name,
      width: type.width,
      depth,
      init: init ?? null,
      granularity,
      reads: [],
      writes: [],
      location,
      ...(options.collisions === "undefined" ? { collisions: "undefined" as const } : {}),
    };
    scope.requireOpen(`declaration of memory ${name}`, location);
    scope.memories.push(this.#memory);
  }

  get depth(): number {
    return this.#memory.depth;
  }

  /**
   * A synchronous read port: the word at `address` one cycle later, as it was before a write of the same edge. While `enable` is 0 the
   * data holds. `name` names the data's signal (`memory_name`).
   */
  read(name: string, address: UInt, options: { readonly enable?: UInt<1>; readonly domain?: ClockDomain } = {}): ReadOf<T> {
    const location = here();
    const domain = options.domain ?? sys;
    this.#scope.useDomain(domain, false, location);
    if (options.enable !== undefined) sameModule(this.#scope, options.enable, location);
    return this.#read(name, address, options.enable?.expression ?? null, domain.name, location);
  }

  /** An asynchronous read port: the word at `address` in the same cycle. It needs LUTs or distributed RAM, never block RAM. */
  readNow(name: string, address: UInt): ReadOf<T> {
    return this.#read(name, address, null, null, here());
  }

  #read(name: string, address: UInt, enable: Expression | null, domain: string | null, location: Location): ReadOf<T> {
    sameModule(this.#scope, address, location);
    const memory = this.#memory;
    const type = { signed: false, width: memory.width };
    const data = this.#scope.addSignal({ id: `${memory.name}_${name}`, path: `${memory.name}.${name}` }, type, {
      kind: { kind: "memoryRead", memory: memory.name },
      location,
      documentation: "",
    });
    memory.reads.push({ data: data.id, address: address.expression, enable, domain });
    return unpack(this.#type, new UInt({ kind: "reference", type, signal: data.id, location }, this.#scope));
  }

  /**
   * A write port: the word changes at the clock edge. Inside `when` and `switch` their conditions enable it, together with `enable`;
   * `mask` has one bit for each `granularity` bits of the word, bit 0 for the least significant ones.
   */
  write(
    address: UInt,
    data: DriverOf<T>,
    options: { readonly enable?: UInt<1>; readonly mask?: UInt; readonly domain?: ClockDomain } = {},
  ): void {
    const location = here();
    const domain = options.domain ?? sys;
    this.#scope.requireOpen("memory write", location);
    this.#scope.useDomain(domain, false, location);
    const value = toValue(this.#type, data, location);
    if (value === null) return;
    const packed = pack(value);
    for (const part of [address, packed, options.enable, options.mask]) {
      if (part !== undefined) sameModule(this.#scope, part, location);
    }
    this.#memory.writes.push({
      address: address.expression,
      data: packed.expression,
      enable: enabled(this.#scope, options.enable?.expression ?? null, location),
      mask: options.mask?.expression ?? null,
      domain: domain.name,
    });
  }
}

/** All conditions around the current statement, and `condition`. */
export function enabled(scope: Scope, condition: Expression | null, location: Location): Expression {
  const conditions = condition === null ? scope.conditions : [...scope.conditions, condition];
  const [first, ...others] = conditions;
  if (first === undefined) return constant(1n, bitType, location);
  return others.reduce((all, next) => binary("and", all, next, location), first);
}

/**
 * A flat circuit -> JavaScript functions over one Int32Array. `settle` computes every combinational net and the next value of every
 * register in topological order; `commit` of a domain writes its memories and copies its next values, which stand side by side.
 */
import type { BitsType, Expression } from "../ir/nodes.ts";
import { ExpressionEmitter, fitTop } from "./emit-expression.ts";
import {
  type FlatCircuit,
  type FlatDomain,
  type FlatMemory,
  type FlatWrite,
  type Net,
  type NextValue,
  origin,
  readsOf,
  type Scope,
} from "./flatten.ts";
import { limbCount, storeLimbs, toLimbs, topLimbBits } from "./limbs.ts";

export interface CompiledDomain {
  readonly flat: FlatDomain;
  /** Writes the memories; to be called for every domain with an edge before any `copy`. */
  readonly write: () => void;
  readonly copy: () => void;
  /** Slots of the violated flags of its properties, in their order. */
  readonly propertySlots: readonly number[];
  /** Slot of 1 where any of its assertions or assumptions is violated or a cover point is reached, outside reset. */
  readonly attention: () => number;
}

export interface CompiledCircuit {
  readonly state: Int32Array;
  readonly memories: readonly Int32Array[];
  /** The place of a net's value in `state`. */
  readonly slotOf: (net: Net) => number;
  readonly settle: () => void;
  readonly domains: readonly CompiledDomain[];
  /** Back to the values at power-on; inputs are 0. */
  readonly powerOn: () => void;
}

/** V8 does not optimise functions above 60 kB of bytecode; chunks of this many characters of source stay far below. */
const chunkCharacters = 16_000;

export function compile(circuit: FlatCircuit): CompiledCircuit {
  const layout = new Layout(circuit);
  const chunks = emitSettle(circuit, layout);
  // Nets that only memories read, and inputs that nothing reads, have a place too.
  for (const net of circuit.nets.values()) layout.slotOf(net);
  const state = new Int32Array(layout.size);
  const memories = circuit.memories.map(({ memory }) => new Int32Array(memory.depth * limbCount(memory.width)));
  const build = (source: string): (() => number) => {
    const names = memories.map((_, index) => `M${index}`);
    // Compiling the circuit to JavaScript is what this file is for; the source comes from the checked circuit alone.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const factory = new Function("S", ...names, `"use strict";return()=>{${source}}`) as (...parts: Int32Array[]) => () => number;
    return factory(state, ...memories);
  };
  const functions = chunks.map(build);
  const settle = (): void => {
    for (const run of functions) run();
  };
  const domains = circuit.domains.map((flat): CompiledDomain => {
    const region = layout.region(flat);
    const write = build(flat.writes.map((port) => emitWrite(port, layout)).join("\n"));
    const propertySlots = flat.properties.map(({ violated }) => layout.slotOf(violated));
    const any = propertySlots.length === 0 ? "0" : propertySlots.map((slot) => `S[${slot}]`).join("|");
    const outside = flat.reset === null ? "" : `S[${layout.slotOf(flat.reset)}]!==0?0:`;
    return {
      flat,
      write,
      copy: () => state.copyWithin(region.current, region.next, region.next + region.limbs),
      propertySlots,
      attention: build(`return ${outside}${any};`),
    };
  });
  const powerOn = (): void => {
    state.fill(0);
    for (const { states } of circuit.domains)
      for (const { net, init } of states) storeLimbs(state, layout.slotOf(net), net.type, init);
    circuit.memories.forEach(({ memory }, index) => {
      const words = memories[index];
      if (words === undefined) return;
      words.fill(0);
      const limbs = limbCount(memory.width);
      memory.init?.forEach((word, address) => {
        words.set(toLimbs(word, { signed: false, width: memory.width }), address * limbs);
      });
    });
  };
  powerOn();
  return { state, memories, slotOf: (net) => layout.slotOf(net), settle, domains, powerOn };
}

/** Gives every net its slots: the registers of a domain in one row, their next values in another, then all other nets. */
class Layout {
  size = 0;
  readonly #slots = new Map<Net, number>();
  readonly #regions = new Map<FlatDomain, { readonly current: number; readonly next: number; readonly limbs: number }>();
  readonly #states = new Map<Net, { readonly domain: FlatDomain; readonly offset: number }>();

  constructor(circuit: FlatCircuit) {
    for (const domain of circuit.domains) {
      const current = this.size;
      for (const { net } of domain.states) {
        this.#states.set(net, { domain, offset: this.size - current });
        this.#slots.set(net, this.size);
        this.size += limbCount(net.type.width);
      }
      const limbs = this.size - current;
      this.#regions.set(domain, { current, next: this.size, limbs });
      this.size += limbs;
    }
  }

  region(domain: FlatDomain): { readonly current: number; readonly next: number; readonly limbs: number } {
    const region = this.#regions.get(domain);
    if (region === undefined) throw new TypeError(`no clock domain ${domain.domain.name}`);
    return region;
  }

  nextSlot(net: Net): number {
    const place = this.#states.get(net);
    if (place === undefined) throw new TypeError(`${net.name} is no register`);
    return this.region(place.domain).next + place.offset;
  }

  slotOf(net: Net): number {
    const source = origin(net);
    let slot = this.#slots.get(source);
    if (slot === undefined) {
      slot = this.size;
      this.#slots.set(source, slot);
      this.size += limbCount(source.type.width);
    }
    return slot;
  }
}

/** Collects statements into functions that are short enough to be optimised; values computed in the same function are read from locals. */
class ChunkWriter {
  readonly chunks: string[] = [];
  readonly emitter: ExpressionEmitter;
  readonly #layout: Layout;
  readonly #lines: string[] = [];
  readonly #locals = new Map<Net, readonly string[]>();
  #scope: Scope = new Map();
  #counted = 0;
  #characters = 0;
  #temporaries = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.emitter = new ExpressionEmitter(
      this.#lines,
      (signal) => {
        const net = this.#scope.get(signal);
        if (net === undefined) throw new TypeError(`nothing named ${signal}`);
        return this.read(net);
      },
      () => `t${this.#temporaries++}`,
    );
  }

  /** Sets whose names the emitter's next expressions use. */
  within(scope: Scope): ExpressionEmitter {
    this.#scope = scope;
    return this.emitter;
  }

  read(net: Net): readonly string[] {
    const source = origin(net);
    const known = this.#locals.get(source);
    if (known !== undefined) return known;
    const slot = this.#layout.slotOf(source);
    const names = Array.from({ length: limbCount(source.type.width) }, (_, limb) => `n${slot + limb}`);
    names.forEach((name, limb) => this.#lines.push(`const ${name}=S[${slot + limb}];`));
    this.#locals.set(source, names);
    return names;
  }

  /** Stores limbs; later reads of `net` in this chunk come from locals. */
  store(slot: number, limbs: readonly string[], net: Net | null): void {
    if (net === null) limbs.forEach((code, limb) => this.#lines.push(`S[${slot + limb}]=${code};`));
    else {
      const names = limbs.map((_, limb) => `n${slot + limb}`);
      limbs.forEach((code, limb) => this.#lines.push(`const n${slot + limb}=S[${slot + limb}]=${code};`));
      this.#locals.set(net, names);
    }
    for (; this.#counted < this.#lines.length; this.#counted++) this.#characters += this.#lines[this.#counted]?.length ?? 0;
    if (this.#characters > chunkCharacters) this.finish();
  }

  finish(): void {
    if (this.#lines.length > 0) this.chunks.push(this.#lines.join("\n"));
    this.#lines.length = 0;
    this.#counted = 0;
    this.#characters = 0;
    this.#locals.clear();
    this.#temporaries = 0;
  }
}

function emitSettle(circuit: FlatCircuit, layout: Layout): readonly string[] {
  const writer = new ChunkWriter(layout);
  const done = new Set<Net>();
  const require = (roots: readonly Net[]): void => {
    for (const net of inOrder(roots, done)) {
      if (net.source.kind === "expression")
        writer.store(layout.slotOf(net), writer.within(net.source.scope).emit(net.source.value), net);
      else if (net.source.kind === "memoryRead") writer.store(layout.slotOf(net), emitRead(net.source, net.type, writer), net);
    }
  };
  for (const domain of circuit.domains) {
    for (const { net, init, resettable, next } of domain.states) {
      require(inputsOf(next));
      const value = emitNext(next, net, writer);
      const reset = resettable && domain.reset !== null ? writer.read(domain.reset).join("") : null;
      const initial = toLimbs(init, net.type);
      const limbs = reset === null ? value : value.map((code, limb) => `(${reset}!==0?${initial[limb] ?? 0}:${code})`);
      writer.store(layout.nextSlot(net), limbs, null);
    }
    for (const { address, data, enable, mask } of domain.writes)
      require([address, data, enable, ...(mask === null ? [] : [mask])].map(origin));
    require(domain.properties.map(({ violated }) => origin(violated)));
  }
  require([...circuit.nets.values()].map(origin));
  writer.finish();
  return writer.chunks;
}

function inputsOf(next: NextValue): Net[] {
  if (next.kind === "expression") return readsOf(next.value, next.scope);
  const enable = next.enable === null ? [] : readsOf(next.enable, next.scope);
  return [...readsOf(next.address, next.scope), ...enable];
}

/** The roots and everything they are computed from that is not done yet, each after what it reads. Checked circuits have no loops. */
function inOrder(roots: readonly Net[], done: Set<Net>): Net[] {
  const order: Net[] = [];
  const open = new Set<Net>();
  const pending = [...roots].reverse();
  for (let net = pending.at(-1); net !== undefined; net = pending.at(-1)) {
    if (done.has(net)) {
      pending.pop();
      continue;
    }
    const reads = sourcesOf(net).filter((source) => !done.has(source));
    if (reads.length === 0) {
      pending.pop();
      done.add(net);
      open.delete(net);
      order.push(net);
    } else if (open.has(net)) {
      throw new TypeError(`combinational loop through ${net.name}`);
    } else {
      open.add(net);
      pending.push(...reads);
    }
  }
  return order;
}

function sourcesOf({ source }: Net): Net[] {
  if (source.kind === "expression") return readsOf(source.value, source.scope);
  return source.kind === "memoryRead" ? readsOf(source.address, source.scope) : [];
}

interface MemoryRead {
  readonly memory: FlatMemory;
  readonly address: Expression;
  readonly scope: Scope;
}

/** Words outside the memory read as 0. Memories hold plain bits: a signed port extends them. */
function emitRead(read: MemoryRead, type: BitsType, writer: ChunkWriter): readonly string[] {
  const { memory, index } = read.memory;
  const emitter = writer.within(read.scope);
  const address = emitter.emit(read.address).map((code) => emitter.hold(code));
  const inside = inRange(address, read.address.type.width, memory.depth);
  const limbs = limbCount(memory.width);
  const words = Array.from({ length: limbs }, (_, limb) => {
    const word = `M${index}[${limbs === 1 ? (address[0] ?? "0") : `${address[0] ?? "0"}*${limbs}+${limb}`}]`;
    return inside === null ? word : `(${inside}?${word}:0)`;
  });
  return type.signed ? fitTop(words, type) : words;
}

/** A test that an address lies in the memory; null where it always does. */
function inRange(address: readonly string[], width: number, depth: number): string | null {
  if (width < 31 && 2 ** width <= depth) return null;
  const high = address.slice(1).map((code) => `${code}===0&&`);
  return `${high.join("")}${address[0] ?? "0"}>>>0<${depth}`;
}

function emitNext(next: NextValue, net: Net, writer: ChunkWriter): readonly string[] {
  if (next.kind === "expression") return writer.within(next.scope).emit(next.value);
  const word = emitRead(next, net.type, writer);
  if (next.enable === null) return word;
  const emitter = writer.within(next.scope);
  const enable = emitter.hold(emitter.emit(next.enable).join(""));
  const held = writer.read(net);
  return word.map((code, limb) => `(${enable}!==0?${code}:${held[limb] ?? "0"})`);
}

function emitWrite({ memory: { memory, index }, address, data, enable, mask }: FlatWrite, layout: Layout): string {
  const limbs = limbCount(memory.width);
  const slots = (net: Net): string[] =>
    Array.from({ length: limbCount(net.type.width) }, (_, limb) => `S[${layout.slotOf(net) + limb}]`);
  const place = slots(address);
  const inside = inRange(place, address.type.width, memory.depth);
  const bits = data.type.signed ? fitTop(slots(data), { signed: false, width: memory.width }) : slots(data);
  const lines = bits.map((code, limb) => {
    const word = `M${index}[a+${limb}]`;
    if (mask === null) return `${word}=${code};`;
    const enabled = maskBits(slots(mask), memory.width, memory.granularity, limb);
    return `{const m=${enabled};${word}=${word}&~m|${code}&m;}`;
  });
  const guard = inside === null ? `S[${layout.slotOf(enable)}]!==0` : `S[${layout.slotOf(enable)}]!==0&&${inside}`;
  return `if(${guard}){const a=${place[0] ?? "0"}*${limbs};${lines.join("")}}`;
}

/** The bits of one limb of the word that the mask enables. */
function maskBits(mask: readonly string[], width: number, granularity: number, limb: number): string {
  const terms: string[] = [];
  const first = limb * 32;
  const last = first + (limb === limbCount(width) - 1 ? topLimbBits(width) : 32) - 1;
  for (let part = Math.floor(first / granularity); part * granularity <= last; part++) {
    const from = Math.max(part * granularity, first) - first;
    const to = Math.min((part + 1) * granularity - 1, last) - first;
    const bits = Number(BigInt.asIntN(32, ((1n << BigInt(to - from + 1)) - 1n) << BigInt(from)));
    terms.push(`(${mask[part >>> 5] ?? "0"}>>>${part & 31}&1?${bits}:0)`);
  }
  return terms.join("|");
}

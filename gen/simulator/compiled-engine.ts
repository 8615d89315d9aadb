/** The simulator itself: compiled JavaScript, two phases a cycle (settle, then commit). */
import type { CheckedCircuit } from "../ir/nodes.ts";
import { ClockSchedule, type ClockTiming } from "./clock-schedule.ts";
import { type CompiledCircuit, type CompiledDomain, compile } from "./compile.ts";
import { checkedValue, type Engine, type EnginePort, PropertyViolation } from "./engine.ts";
import { type FlatCircuit, flatten, type FlatMemory, type Net } from "./flatten.ts";
import { fromLimbs, limbCount, storeLimbs, toLimbs } from "./limbs.ts";

export class CompiledEngine implements Engine {
  readonly ports: ReadonlyMap<string, EnginePort>;
  readonly domains: readonly string[];
  readonly #circuit: FlatCircuit;
  readonly #compiled: CompiledCircuit;
  readonly #schedule: ClockSchedule;
  readonly #covers = new Map<string, number>();
  readonly #places: ReadonlyMap<string, { readonly net: Net; readonly slot: number; readonly input: boolean }>;
  #settled = false;
  #time = 0;
  #observer: ((time: number) => void) | null = null;

  constructor(circuit: CheckedCircuit, clocks: Readonly<Record<string, ClockTiming>> = {}) {
    this.#circuit = flatten(circuit);
    this.#compiled = compile(this.#circuit);
    this.domains = this.#circuit.domains.map(({ domain }) => domain.name);
    this.#schedule = new ClockSchedule(this.domains, clocks);
    const ports = new Map<string, EnginePort>();
    for (const { reset } of this.#circuit.domains)
      if (reset !== null) ports.set(reset.name, { direction: "input", type: reset.type });
    for (const { id, type, signal } of this.#circuit.top.signals) {
      if (signal.kind === "input" || signal.kind === "output") ports.set(id, { direction: signal.kind, type });
    }
    this.ports = ports;
    this.#places = new Map(
      [...this.#circuit.nets].map(([name, net]) => [
        name,
        { net, slot: this.#compiled.slotOf(net), input: ports.get(name)?.direction === "input" },
      ]),
    );
    this.#clearCovers();
  }

  get time(): number {
    return this.#time;
  }

  get covers(): ReadonlyMap<string, number> {
    return this.#covers;
  }

  /** Every signal of the design by its path. */
  get signals(): ReadonlyMap<string, Net> {
    return this.#circuit.nets;
  }

  /** Names of the clock ports by domain. */
  get clocks(): ReadonlyMap<string, string> {
    return new Map(this.#circuit.domains.map(({ domain }) => [domain.name, domain.clock]));
  }

  setInput(name: string, value: bigint | number): void {
    const { net, slot, input } = this.#place(name);
    if (!input) throw new RangeError(`${name} is not an input of ${this.#circuit.top.name}`);
    const { type } = net;
    const { state } = this.#compiled;
    if (
      typeof value === "number" &&
      type.width < 31 &&
      (value | 0) === value &&
      value >= 0 &&
      value < 2 ** (type.width - (type.signed ? 1 : 0))
    ) {
      state[slot] = value;
    } else storeLimbs(state, slot, type, checkedValue(name, type, value));
    this.#settled = false;
  }

  get(name: string): bigint {
    const { net, slot } = this.#place(name);
    this.#settle();
    return fromLimbs(this.#compiled.state, slot, net.type);
  }

  /** As `get`, for values of at most 32 bits, without making a bigint. */
  getNumber(name: string): number {
    const { net, slot } = this.#place(name);
    if (net.type.width > 32) throw new RangeError(`${name} has ${net.type.width} bits: use get`);
    this.#settle();
    const limb = this.#compiled.state[slot] ?? 0;
    return net.type.signed ? limb : limb >>> 0;
  }

  step(cycles = 1, domain = this.domains[0]): void {
    if (this.domains.length < 2) {
      this.#checkDomain(domain);
      for (let cycle = 0; cycle < cycles; cycle++) this.advance();
      return;
    }
    const clock = this.#checkDomain(domain);
    for (let cycle = 0; cycle < cycles; cycle++) {
      while (!this.#schedule.upcoming.clocks.includes(clock)) this.advance();
      this.advance();
    }
  }

  stepUntil(port: string, value: bigint | number, maximumCycles: number, domain = this.domains[0]): number | null {
    const { net, slot } = this.#place(port);
    const limbs = toLimbs(checkedValue(port, net.type, value), net.type);
    const { state } = this.#compiled;
    for (let cycle = 0; ; cycle++) {
      this.#settle();
      if (limbs.every((limb, index) => state[slot + index] === limb)) return cycle;
      if (cycle >= maximumCycles) return null;
      this.step(1, domain);
    }
  }

  upcoming(): readonly string[] {
    return this.#schedule.upcoming.clocks.map((clock) => this.domains[clock] ?? "");
  }

  advance(): void {
    this.#settle();
    const { time, clocks } = this.#schedule.upcoming;
    const { domains } = this.#compiled;
    this.#observer?.(time);
    for (const clock of clocks) {
      const domain = domains[clock];
      if (domain !== undefined && domain.attention() !== 0) this.#reportProperties(domain, time);
    }
    this.#schedule.take();
    for (const clock of clocks) domains[clock]?.write();
    for (const clock of clocks) domains[clock]?.copy();
    this.#time = time;
    this.#settled = false;
  }

  reset(): void {
    this.#compiled.powerOn();
    this.#schedule.restart();
    this.#settled = false;
    this.#time = 0;
    this.#clearCovers();
  }

  synchronize(): void {
    // Every step is done when it returns.
  }

  close(): void {
    this.#observer = null;
  }

  /** Calls back with every settled state, just before the edge at `time`. */
  observe(observer: ((time: number) => void) | null): void {
    this.#observer = observer;
  }

  /** A word of a memory, by the memory's path. */
  readMemory(name: string, address: number): bigint {
    const { words, limbs, memory } = this.#memory(name, address);
    return fromLimbs(words, address * limbs, { signed: false, width: memory.memory.width });
  }

  writeMemory(name: string, address: number, value: bigint | number): void {
    const { words, limbs, memory } = this.#memory(name, address);
    const type = { signed: false, width: memory.memory.width };
    words.set(toLimbs(checkedValue(name, type, value), type), address * limbs);
    this.#settled = false;
  }

  #memory(name: string, address: number): { words: Int32Array; limbs: number; memory: FlatMemory } {
    const memory = this.#circuit.memories.find((candidate) => candidate.name === name);
    const words = memory && this.#compiled.memories[memory.index];
    if (memory === undefined || words === undefined) throw new RangeError(`no memory ${name} in ${this.#circuit.top.name}`);
    if (!Number.isInteger(address) || address < 0 || address >= memory.memory.depth) {
      throw new RangeError(`${name}: address ${address} of a memory of ${memory.memory.depth} words`);
    }
    return { words, limbs: limbCount(memory.memory.width), memory };
  }

  #place(name: string): { readonly net: Net; readonly slot: number; readonly input: boolean } {
    const place = this.#places.get(name);
    if (place === undefined) throw new RangeError(`no signal ${name} in ${this.#circuit.top.name}`);
    return place;
  }

  #checkDomain(domain: string | undefined): number {
    const clock = domain === undefined ? 0 : this.domains.indexOf(domain);
    if (clock < 0) throw new RangeError(`no clock domain ${domain ?? ""}; there are ${this.domains.join(", ")}`);
    return clock;
  }

  #settle(): void {
    if (this.#settled) return;
    this.#compiled.settle();
    this.#settled = true;
  }

  #reportProperties({ flat, propertySlots }: CompiledDomain, time: number): void {
    flat.properties.forEach(({ property, path }, index) => {
      if (this.#compiled.state[propertySlots[index] ?? 0] === 0) return;
      if (property.kind !== "cover") throw new PropertyViolation(property, path, time);
      const name = path === "" ? property.name : `${path}.${property.name}`;
      this.#covers.set(name, (this.#covers.get(name) ?? 0) + 1);
    });
  }

  #clearCovers(): void {
    for (const { properties } of this.#circuit.domains) {
      for (const { property, path } of properties) {
        if (property.kind === "cover") this.#covers.set(path === "" ? property.name : `${path}.${property.name}`, 0);
      }
    }
  }
}

/** A circuit on Verilator behind the interface of the compiled simulator: one child process, commands batched until a value is needed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BitsType, CheckedCircuit, Property } from "../ir/nodes.ts";
import { ClockSchedule, type ClockTiming } from "../simulator/clock-schedule.ts";
import { checkedValue, type Engine, type EnginePort, PropertyViolation } from "../simulator/engine.ts";
import { topModule } from "../simulator/flatten.ts";
import { limbCount } from "../simulator/limbs.ts";
import type { VerilogOutput } from "../verilog/emit.ts";
import { type BuildOptions, buildDesign } from "./build.ts";
import { SynchronousChild } from "./child.ts";

/** The Verilog stopped by itself; the message is what it printed. */
export class VerilatorFailure extends Error {
  override readonly name = "VerilatorFailure";
}

export class VerilatorEngine implements Engine {
  readonly ports: ReadonlyMap<string, EnginePort>;
  readonly domains: readonly string[];
  /** Cover points are not counted on Verilator. */
  readonly covers: ReadonlyMap<string, number> = new Map();
  readonly #circuit: CheckedCircuit;
  readonly #folder: string;
  readonly #child: SynchronousChild;
  readonly #schedule: ClockSchedule;
  readonly #inputs: ReadonlyMap<string, number>;
  readonly #outputs: ReadonlyMap<string, number>;
  readonly #values = new Map<string, bigint>();
  /** The outputs' values in hexadecimal, where they are known. */
  #known: readonly string[] | null = null;
  #recorded: string[] | null = null;
  #time = 0;

  /** Builds the printed circuit, where it has not been built before, and starts it. */
  constructor(
    circuit: CheckedCircuit,
    verilog: VerilogOutput,
    clocks: Readonly<Record<string, ClockTiming>> = {},
    options: BuildOptions = {},
  ) {
    const top = topModule(circuit);
    this.#circuit = circuit;
    this.domains = top.domains.map(({ name }) => name);
    this.#schedule = new ClockSchedule(this.domains, clocks);
    const ports = new Map<string, EnginePort>();
    for (const { reset } of top.domains)
      if (reset !== null) ports.set(reset, { direction: "input", type: { signed: false, width: 1 } });
    for (const { id, type, signal } of top.signals) {
      if (signal.kind === "input" || signal.kind === "output") ports.set(id, { direction: signal.kind, type });
    }
    this.ports = ports;
    const directed = (direction: EnginePort["direction"]): { name: string; width: number }[] =>
      [...ports].flatMap(([name, port]) => (port.direction === direction ? [{ name, width: port.type.width }] : []));
    const inputs = directed("input");
    const outputs = directed("output");
    this.#inputs = new Map(inputs.map(({ name }, index) => [name, index]));
    this.#outputs = new Map(outputs.map(({ name }, index) => [name, index]));
    const design = { top: top.name, files: verilog.files, clocks: top.domains.map(({ clock }) => clock), inputs, outputs };
    this.#folder = buildDesign(design, options);
    this.#child = new SynchronousChild("./simulation", this.#folder);
  }

  get time(): number {
    return this.#time;
  }

  /** The folder with the sources, the program and its Makefile. */
  get folder(): string {
    return this.#folder;
  }

  setInput(name: string, value: bigint | number): void {
    const index = this.#inputs.get(name);
    if (index === undefined) throw new RangeError(`${name} is not an input`);
    const type = this.#typeOf(name);
    const exact = checkedValue(name, type, value);
    if (this.#values.get(name) === exact) return;
    this.#values.set(name, exact);
    this.#send(`s ${index} ${hexOf(exact, type)}`);
  }

  get(name: string): bigint {
    const index = this.#outputs.get(name);
    if (index === undefined) {
      this.#typeOf(name);
      return this.#values.get(name) ?? 0n;
    }
    this.#known ??= this.#ask("a");
    const type = this.#typeOf(name);
    const bits = BigInt(`0x${this.#known[index] ?? "0"}`);
    return type.signed ? BigInt.asIntN(type.width, bits) : bits;
  }

  step(cycles = 1, domain = this.domains[0]): void {
    const clock = this.#checkDomain(domain);
    if (this.domains.length < 2) {
      for (let left = cycles; left > 0;) left -= this.#edges(left);
      return;
    }
    for (let cycle = 0; cycle < cycles; cycle++) {
      while (!this.#schedule.upcoming.clocks.includes(clock)) this.advance();
      this.advance();
    }
  }

  stepUntil(port: string, value: bigint | number, maximumCycles: number, domain = this.domains[0]): number | null {
    const index = this.#outputs.get(port);
    if (this.domains.length > 1 || index === undefined) {
      const wanted = BigInt(value);
      for (let cycle = 0; ; cycle++) {
        if (this.get(port) === wanted) return cycle;
        if (cycle >= maximumCycles) return null;
        this.step(1, domain);
      }
    }
    const type = this.#typeOf(port);
    const { time, period, mask } = this.#upcomingEdge();
    const [reply] = this.#ask(
      `u ${mask} ${time} ${period} ${maximumCycles} ${index} ${hexOf(checkedValue(port, type, value), type)}`,
    );
    const made = Number(reply);
    this.#known = null;
    const cycles = made < 0 ? maximumCycles : made;
    for (let cycle = 0; cycle < cycles; cycle++) this.#time = this.#schedule.take().time;
    return made < 0 ? null : made;
  }

  upcoming(): readonly string[] {
    return this.#schedule.upcoming.clocks.map((clock) => this.domains[clock] ?? "");
  }

  advance(): void {
    this.#edges(1);
  }

  reset(): void {
    this.#send("n");
    this.#values.clear();
    this.#schedule.restart();
    this.#time = 0;
  }

  synchronize(): void {
    this.#ask("y");
  }

  close(): void {
    this.#child.close();
  }

  /** From here on commands are kept for `make replay`; with `waveform`, which needs a build with trace, values go to that file. */
  record(waveform: string): void {
    this.#recorded = [];
    this.reset();
    this.#send(`w ${waveform}`);
  }

  /** Completes the waveform and leaves the commands in replay.txt. */
  finishRecording(): void {
    writeFileSync(join(this.#folder, "replay.txt"), [...(this.#recorded ?? []), "q", ""].join("\n"));
    this.#recorded = null;
    // A new model closes the waveform of the old one.
    this.reset();
    this.synchronize();
  }

  /** Makes edges of the same clocks, at most `count`; returns how many. */
  #edges(count: number): number {
    const { time, period, mask } = this.#upcomingEdge();
    const made = this.domains.length < 2 ? count : 1;
    this.#send(`c ${mask} ${time} ${period} ${made}`);
    for (let edge = 0; edge < made; edge++) this.#time = this.#schedule.take().time;
    return made;
  }

  #upcomingEdge(): { readonly time: number; readonly period: number; readonly mask: number } {
    const { time, clocks } = this.#schedule.upcoming;
    const period = this.domains.length < 2 ? this.#schedule.period : time - this.#time;
    return { time, period, mask: clocks.reduce((mask, clock) => mask + 2 ** clock, 0) };
  }

  #typeOf(name: string): BitsType {
    const port = this.ports.get(name);
    if (port === undefined) throw new RangeError(`no port ${name}; on Verilator only ports can be seen`);
    return port.type;
  }

  #checkDomain(domain: string | undefined): number {
    const clock = domain === undefined ? 0 : this.domains.indexOf(domain);
    if (clock < 0) throw new RangeError(`no clock domain ${domain ?? ""}; there are ${this.domains.join(", ")}`);
    return clock;
  }

  #send(command: string): void {
    this.#known = null;
    this.#recorded?.push(command);
    this.#child.send(command);
  }

  #ask(command: string): readonly string[] {
    this.#recorded?.push(command);
    const [status, ...values] = this.#child.ask(command).split(" ");
    if (status !== "ok") throw this.#failure(this.#child.output);
    return values;
  }

  /** Verilator prints `[TIME] %Error: FILE:LINE: Assertion failed in top.TOP.instance.name`. */
  #failure(output: string): Error {
    const [, time, place = ""] = /.*\[(\d+)\].*Assertion failed in top\.([\w.$]+)/s.exec(output) ?? [];
    const [, ...path] = place.split(".");
    const name = path.pop();
    const property = this.#property(path, name);
    if (property === undefined || time === undefined) return new VerilatorFailure(output);
    return new PropertyViolation(property, path.join("."), Number(time));
  }

  #property(path: readonly string[], name: string | undefined): Property | undefined {
    let module = topModule(this.#circuit);
    for (const part of path) {
      const instance = module.instances.find((candidate) => candidate.name === part);
      const child = this.#circuit.modules.find((candidate) => candidate.name === instance?.module);
      if (child === undefined) return undefined;
      module = child;
    }
    return module.properties.find((property) => property.name === name);
  }
}

function hexOf(value: bigint, { width }: BitsType): string {
  return BigInt.asUintN(width, value)
    .toString(16)
    .padStart(limbCount(width) * 8, "0");
}

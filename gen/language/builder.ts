/** What a module's body builds with: registers, wires, memories, instances, control flow, properties. */
import { here } from "../diagnostics/location.ts";
import { interpret } from "../ir/build.ts";
import type { Expression, Location, Module, SignalKind } from "../ir/nodes.ts";
import { StreamBase, type StreamInput, type StreamOutput, type Value } from "./aggregates.ts";
import { AssignableSInt, AssignableUInt, Bits, fromExpression, UInt } from "./bits.ts";
import { sys, type ClockDomain } from "./clock-domain.ts";
import { Fsm, switchOn, when, type SwitchBranches, type WhenChain } from "./control.ts";
import { checkedCount, literal, type Literal } from "./literal.ts";
import { enabled, MemoryHandle, type MemoryOptions } from "./memory.ts";
import type { Definition, OutsideOf, Ports } from "./module.ts";
import { declaredOf, sameModule } from "./operations.ts";
import { report, type Place, type Scope } from "./scope.ts";
import { assignValue, build, driverLeaves, leavesOf, mapLeaves, streamsIn } from "./structure.ts";
import {
  UIntType,
  uint,
  type AssignableOf,
  type DataType,
  type DriverOf,
  type HardwareType,
  type InitialOf,
  type LocalOf,
  type SIntType,
} from "./types.ts";

const direct = (name: string): Place => ({ id: name, path: name });

export class Builder {
  readonly #scope: Scope;
  readonly #elaborateChild: (definition: Definition, location: Location) => Module;

  constructor(scope: Scope, elaborateChild: (definition: Definition, location: Location) => Module) {
    this.#scope = scope;
    this.#elaborateChild = elaborateChild;
  }

  /** The name of the module under construction. */
  get moduleName(): string {
    return this.#scope.module;
  }

  #signal(
    place: Place,
    type: UIntType | SIntType,
    kind: SignalKind,
    location: Location,
    documentation = "",
  ): AssignableUInt | AssignableSInt {
    const { id } = this.#scope.addSignal(place, type.bits, { kind, location, documentation });
    const expression: Expression = { kind: "reference", type: type.bits, signal: id, location };
    const assignment = { scope: this.#scope, target: { signal: id, high: type.width - 1, low: 0, whole: true } };
    return type instanceof UIntType ? new AssignableUInt(expression, assignment) : new AssignableSInt(expression, assignment);
  }

  /**
   * A register: holds its value until it is assigned, and changes at the clock edge. `init` (default 0) is the value at power-on and,
   * unless `resettable` is false, at reset.
   */
  register<T extends DataType>(
    name: string,
    type: T,
    options: {
      readonly init?: InitialOf<T>;
      readonly domain?: ClockDomain;
      readonly resettable?: boolean;
      readonly documentation?: string;
    } = {},
  ): AssignableOf<T> {
    const location = here();
    const domain = options.domain ?? sys;
    const resettable = (options.resettable ?? true) && domain.reset !== null;
    const inits = options.init === undefined ? null : driverLeaves(type, options.init, location);
    const initial = inits?.values();
    this.#scope.useDomain(domain, resettable, location);
    const value = build(type, direct(name), (place, leafType) => {
      const init = this.#initial(initial?.next().value, leafType, place, location);
      return this.#signal(
        place,
        leafType,
        { kind: "register", domain: domain.name, init, resettable },
        location,
        options.documentation,
      );
    });
    return value as AssignableOf<T>;
  }

  #initial(value: Bits | Literal | undefined, type: UIntType | SIntType, place: Place, location: Location): bigint {
    if (value === undefined) return 0n;
    const expression = value instanceof Bits ? value.expression : literal(value, type.bits, location);
    if (expression.kind === "constant") return interpret(expression.value, type.bits);
    report({
      code: "P702",
      subject: `initial value of ${this.#scope.module}.${place.path}`,
      location,
      declared: [],
      fix: "give a number or a bigint: a register's first value is fixed when the device is configured",
    });
    return 0n;
  }

  /**
   * A combinational signal. It must be assigned in every case, or have a `default` for the cases in which nothing assigns it: there are
   * no latches. A wire of a stream type joins two ends inside the module.
   */
  wire<T extends HardwareType>(
    name: string,
    type: T,
    options: { readonly default?: DriverOf<T>; readonly documentation?: string } = {},
  ): LocalOf<T> {
    const location = here();
    const defaults = options.default === undefined ? null : driverLeaves(type, options.default, location);
    const values = defaults?.values();
    const value = build(type, direct(name), (place, leafType) => {
      const given = values?.next().value;
      if (given instanceof Bits) sameModule(this.#scope, given, location);
      const fallback =
        given === undefined ? null : given instanceof Bits ? given.expression : literal(given, leafType.bits, location);
      return this.#signal(place, leafType, { kind: "wire", default: fallback }, location, options.documentation);
    });
    return value;
  }

  /** Gives a value a name, which then appears in the Verilog, in waveforms and in messages. */
  node<V extends Value>(name: string, value: V, documentation = ""): V {
    const location = here();
    const named = mapLeaves(value, direct(name), (leaf, place) => {
      sameModule(this.#scope, leaf, location);
      const { type } = leaf.expression;
      const { id } = this.#scope.addSignal(place, type, { kind: { kind: "wire", default: null }, location, documentation });
      this.#scope.add({ kind: "assign", target: id, range: null, value: leaf.expression, location });
      return fromExpression({ kind: "reference", type, signal: id, location }, this.#scope);
    });
    // The leaves keep their types; only what assigning them would mean is gone.
    return named as V;
  }

  /** A memory of `depth` words of a type (or of `width` unsigned bits), with the ports that its read, readNow and write calls make. */
  memory<T extends DataType>(name: string, options: MemoryOptions<T>): MemoryHandle<T>;
  memory<const W extends number>(
    name: string,
    options: Omit<MemoryOptions<UIntType>, "type"> & { readonly width: W },
  ): MemoryHandle<UIntType<W>>;
  memory(
    name: string,
    options: Omit<MemoryOptions<DataType>, "type"> & { readonly type?: DataType; readonly width?: number },
  ): MemoryHandle<DataType> {
    return new MemoryHandle(this.#scope, name, { ...options, type: options.type ?? uint(options.width ?? 1) });
  }

  /** An instance of a module or black box; the result has its ports: inputs are assigned, outputs read. */
  instance<P extends Ports>(
    name: string,
    definition: Definition<P>,
    options: { readonly domains?: Readonly<Record<string, ClockDomain>> } = {},
  ): OutsideOf<P> {
    const location = here();
    const scope = this.#scope;
    scope.requireOpen(`instance ${name}`, location);
    const child = this.#elaborateChild(definition, location);
    const domains = child.domains.map((domain) => {
      const parent = options.domains?.[domain.name] ?? { name: domain.name, clock: domain.clock, reset: domain.reset };
      scope.useDomain(options.domains?.[domain.name] ?? (domain.name === sys.name ? sys : parent), domain.reset !== null, location);
      return { child: domain.name, parent: parent.name };
    });
    const inputs: { port: string; value: Expression }[] = [];
    const outputs: { port: string; signal: string }[] = [];
    const ports = Object.entries(definition.ports).map(([portName, port]): [string, Value] => {
      const place = { id: `${name}_${portName}`, path: `${name}.${portName}` };
      const value = build(port.type, place, (leafPlace, leafType, backward) => {
        const childPort = leafPlace.id.slice(name.length + 1);
        if ((port.direction === "input") !== backward) {
          const wire = this.#signal(leafPlace, leafType, { kind: "wire", default: null }, location);
          inputs.push({ port: childPort, value: wire.expression });
          return wire;
        }
        const signal = this.#signal(leafPlace, leafType, { kind: "instanceOutput", instance: name, port: childPort }, location);
        if (signal.expression.kind === "reference") outputs.push({ port: childPort, signal: signal.expression.signal });
        return fromExpression(signal.expression, scope);
      });
      return [portName, value];
    });
    for (const given of Object.keys(options.domains ?? {})) {
      if (child.domains.some((domain) => domain.name === given)) continue;
      report({
        code: "C402",
        subject: `${child.name} has no clock domain ${given} (instance ${scope.module}.${name})`,
        location,
        declared: [{ name: child.name, location: child.location }],
        fix: `its domains are ${child.domains.map((domain) => domain.name).join(", ") || "none"}`,
      });
    }
    scope.instances.push({ name, module: child.name, inputs, outputs, domains, location });
    return Object.fromEntries(ports) as OutsideOf<P>;
  }

  /** Statements for when `condition` is 1; chain .elseWhen(...) and .otherwise(...). */
  when(condition: UInt<1>, body: () => void): WhenChain {
    return when(this.#scope, condition, body);
  }

  /** Statements for some values of `subject`: `{ cases: [[0, f], [[1, 2], g]], default: h }`. */
  switch(subject: Bits, branches: SwitchBranches): void {
    switchOn(this.#scope, subject, branches);
  }

  /** A finite state machine with the given states, in `initial` (default: the first) after reset. */
  fsm<const State extends string>(
    name: string,
    states: readonly State[],
    options: { readonly initial?: NoInfer<State>; readonly domain?: ClockDomain } = {},
  ): Fsm<State> {
    const location = here();
    const domain = options.domain ?? sys;
    if (states.length === 0) {
      report({
        code: "P701",
        subject: `state machine ${name} without states`,
        location,
        declared: [],
        fix: "name at least one state",
      });
    }
    const type = uint(Math.max(1, (Math.max(states.length, 1) - 1).toString(2).length));
    const init = BigInt(Math.max(0, options.initial === undefined ? 0 : states.indexOf(options.initial)));
    const resettable = domain.reset !== null;
    this.#scope.useDomain(domain, resettable, location);
    const kind: SignalKind = { kind: "register", domain: domain.name, init, resettable, states };
    const state = this.#signal(direct(name), type, kind, location);
    return new Fsm(this.#scope, name, states, state instanceof AssignableUInt ? state : this.wire(name, type));
  }

  /**
   * Brings a bit from another clock domain into `domain` through `stages` registers (default 2). For more than one bit that change
   * together use an asynchronous FIFO or a handshake.
   */
  synchronizer(name: string, value: UInt<1>, options: { readonly domain?: ClockDomain; readonly stages?: number } = {}): UInt<1> {
    const location = here();
    const domain = options.domain ?? sys;
    sameModule(this.#scope, value, location);
    this.#scope.useDomain(domain, false, location);
    const stages = checkedCount(options.stages ?? 2, 2, `stages of synchroniser ${name}`, location);
    let previous = value.expression;
    for (let stage = 0; stage < stages; stage++) {
      const kind: SignalKind = {
        kind: "register",
        domain: domain.name,
        init: 0n,
        resettable: false,
        ...(stage === 0 ? { crossing: true } : {}),
      };
      const register = this.#signal({ id: `${name}_${stage}`, path: `${name}[${stage}]` }, new UIntType(1), kind, location);
      this.#scope.add({ kind: "assign", target: `${name}_${stage}`, range: null, value: previous, location });
      previous = register.expression;
    }
    return new UInt(previous, this.#scope);
  }

  /** Drives `target` from `source`: for streams valid, payload and last one way and ready the other way. */
  connect<T extends DataType, Last extends boolean>(
    target: StreamOutput<T, Last>,
    source: StreamInput<NoInfer<T>, NoInfer<Last>>,
  ): void;
  connect<V extends Value & { set(value: never): void }>(target: V, source: Parameters<V["set"]>[0]): void;
  connect(target: Value, source: unknown): void {
    const location = here();
    if (!(target instanceof StreamBase)) {
      assignValue(target, source, location);
      return;
    }
    if (!(source instanceof StreamBase) || (source.last === null) !== (target.last === null)) {
      report({
        code: "P704",
        subject: "two ends of a connection that are not streams of one type",
        location,
        declared: declaredOf(target.valid),
        fix: "connect streams whose payloads are equal and that both have last, or both have none",
      });
      return;
    }
    assignValue(target.valid, source.valid, location);
    if (target.last !== null) assignValue(target.last, source.last, location);
    assignValue(target.payload, source.payload, location);
    assignValue(source.ready, target.ready, location);
  }

  /** `condition` must be 1 at every clock edge outside reset, inside `when` only while its condition holds. */
  assert(condition: UInt<1>, message: string, options: { readonly domain?: ClockDomain } = {}): void {
    this.#property("assert", condition, message, options.domain);
  }

  /** The surroundings promise that `condition` is 1: a proof relies on it, a simulation checks it. */
  assume(condition: UInt<1>, message: string, options: { readonly domain?: ClockDomain } = {}): void {
    this.#property("assume", condition, message, options.domain);
  }

  /** `condition` should be 1 at some time: a proof shows how, a simulation counts. */
  cover(condition: UInt<1>, name: string, options: { readonly domain?: ClockDomain } = {}): void {
    this.#property("cover", condition, name, options.domain);
  }

  #property(kind: "assert" | "assume" | "cover", condition: UInt<1>, message: string, domain: ClockDomain = sys): void {
    const location = here();
    const scope = this.#scope;
    scope.requireOpen(kind, location);
    sameModule(scope, condition, location);
    scope.useDomain(domain, false, location);
    const base = `${kind}_${message
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "_")
      .replaceAll(/^_|_$/g, "")
      .slice(0, 48)}`;
    let name = base;
    for (let copy = 2; scope.properties.some((property) => property.name === name); copy++) name = `${base}_${copy}`;
    const enable = enabled(scope, null, location);
    scope.properties.push({ kind, name, message, condition: condition.expression, enable, domain: domain.name, location });
  }

  /**
   * Checks the rules of a stream while it runs: valid, once up, stays until ready, with the same payload and last. On a stream that the
   * module drives these are assertions; on one it takes from pass `{ as: "assume" }` to rely on them in a proof.
   */
  checkStream(
    name: string,
    checked: StreamBase,
    options: { readonly as?: "assert" | "assume"; readonly domain?: ClockDomain } = {},
  ): void {
    const domain = options.domain ?? sys;
    const inDomain = { domain };
    const property = options.as ?? "assert";
    const waiting = this.register(`${name}_waiting`, uint(1), inDomain);
    waiting.set(checked.valid.and(checked.ready.not()));
    this.when(waiting, () => {
      this.#property(property, checked.valid, `${name}: valid stays until ready`, domain);
    });
    for (const [index, leaf] of leavesOf(checked).entries()) {
      const before = this.register(`${name}_before_${index}`, leaf.expression.type.signed ? uint(leaf.width) : uint(leaf.width), {
        domain,
        resettable: false,
      });
      const bits = new UInt(leaf.expression, leaf.scope).asUInt();
      const now = leaf.expression.type.signed ? fromExpression(leaf.expression, leaf.scope).asUInt() : bits;
      before.set(now);
      this.when(waiting, () => {
        this.#property(property, now.eq(before), `${name}: payload stays until ready`, domain);
      });
    }
  }

  /** Records the streams among the ports, for the checks of their rules. */
  registerStreams(path: string, value: Value, direction: "input" | "output", location: Location): void {
    const id = (bits: Bits): string => (bits.expression.kind === "reference" ? bits.expression.signal : "");
    for (const [streamPath, found] of streamsIn(value, path)) {
      this.#scope.streams.push({
        path: streamPath,
        direction,
        valid: id(found.valid),
        ready: id(found.ready),
        last: found.last === null ? null : id(found.last),
        payload: leavesOf(found.payload).map(id),
        location,
      });
    }
  }

  /** The ports of a module from inside. */
  port(name: string, direction: "input" | "output", type: HardwareType, documentation: string, location: Location): Value {
    const value = build(type, direct(name), (place, leafType, backward) => {
      const driven = (direction === "output") !== backward;
      const signal = this.#signal(place, leafType, { kind: driven ? "output" : "input" }, location, documentation);
      return driven ? signal : fromExpression(signal.expression, this.#scope);
    });
    this.registerStreams(name, value, direction, location);
    return value;
  }
}

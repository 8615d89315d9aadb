/**
 * The hierarchy as one graph of nets: every instance's signals under their path (`core.fifo.count`), its expressions together with the
 * scope in which their references are meant, its clock domains traced to those of the top module.
 */
import type { BitsType, Circuit, ClockDomain, Expression, Memory, Module, Property, SignalId } from "../ir/nodes.ts";
import { type LoweredModule, lowerModule } from "./lower-module.ts";

export interface Net {
  readonly name: string;
  readonly type: BitsType;
  readonly source: NetSource;
}

/** The nets of one instance by the module's own names. */
export type Scope = ReadonlyMap<SignalId, Net>;

export type NetSource =
  /** Set from outside. */
  | { readonly kind: "input" }
  /** Computed from other nets. */
  | { readonly kind: "expression"; readonly value: Expression; readonly scope: Scope }
  /** Asynchronous read of a memory. */
  | { readonly kind: "memoryRead"; readonly memory: FlatMemory; readonly address: Expression; readonly scope: Scope }
  /** Changes at the edges of a clock only: see FlatState. */
  | { readonly kind: "state" };

/** A register, or the data of a synchronous read port. */
export interface FlatState {
  readonly net: Net;
  readonly init: bigint;
  readonly resettable: boolean;
  readonly next: NextValue;
}

export type NextValue =
  | { readonly kind: "expression"; readonly value: Expression; readonly scope: Scope }
  | {
      readonly kind: "memoryRead";
      readonly memory: FlatMemory;
      readonly address: Expression;
      readonly enable: Expression | null;
      readonly scope: Scope;
    };

export interface FlatMemory {
  readonly index: number;
  readonly name: string;
  readonly memory: Memory;
}

export interface FlatWrite {
  readonly memory: FlatMemory;
  readonly address: Net;
  readonly data: Net;
  readonly enable: Net;
  readonly mask: Net | null;
}

export interface FlatProperty {
  readonly property: Property;
  /** The path of its instance, empty for the top. */
  readonly path: string;
  readonly violated: Net;
}

/** What happens at the edges of one clock of the top module. */
export interface FlatDomain {
  readonly domain: ClockDomain;
  readonly reset: Net | null;
  readonly states: FlatState[];
  readonly writes: FlatWrite[];
  readonly properties: FlatProperty[];
}

export interface FlatCircuit {
  readonly top: Module;
  /** By path, without the hidden ones. */
  readonly nets: ReadonlyMap<string, Net>;
  readonly memories: readonly FlatMemory[];
  readonly domains: readonly FlatDomain[];
}

/** A part of the design that the simulator cannot run. */
export class UnsupportedDesignError extends Error {
  override readonly name = "UnsupportedDesignError";
}

export function topModule(circuit: Circuit): Module {
  const top = circuit.modules.find((module) => module.name === circuit.top);
  if (top === undefined) throw new TypeError(`circuit without its top module ${circuit.top}`);
  return top;
}

export function flatten(circuit: Circuit): FlatCircuit {
  const top = topModule(circuit);
  const nets = new Map<string, Net>();
  const memories: FlatMemory[] = [];
  const lowered = new Map(
    circuit.modules.filter(({ blackBox }) => blackBox === null).map((module) => [module.name, lowerModule(module)]),
  );

  const domains = new Map<string, FlatDomain>();
  for (const domain of top.domains) {
    const reset = domain.reset === null ? null : inputNet(domain.reset, { signed: false, width: 1 });
    if (reset !== null) nets.set(reset.name, reset);
    domains.set(domain.name, { domain, reset, states: [], writes: [], properties: [] });
  }
  const inputs = new Map<SignalId, Net>();
  for (const { id, type, signal } of top.signals) if (signal.kind === "input") inputs.set(id, inputNet(id, type));
  addInstance(top.name, "", inputs, domains);
  return { top, nets, memories, domains: [...domains.values()] };

  /** `own` are the domains of the top module by the names that this instance gives them. */
  function addInstance(moduleName: string, path: string, ports: Scope, own: ReadonlyMap<string, FlatDomain>): Scope {
    const parts = lowered.get(moduleName);
    if (parts === undefined) throw new UnsupportedDesignError(`${path}: the simulator has no model of black box ${moduleName}`);
    const { module } = parts;
    const prefix = path === "" ? "" : `${path}.`;
    const scope = new Map(ports);
    const ownMemories = new Map<string, FlatMemory>();
    for (const memory of module.memories) {
      const flat = { index: memories.length, name: `${prefix}${memory.name}`, memory };
      ownMemories.set(memory.name, flat);
      memories.push(flat);
    }

    addSignals(parts, { prefix, scope, memories: ownMemories, domains: own });
    for (const instance of module.instances) {
      const childPath = `${prefix}${instance.name}`;
      const childInputs = new Map<SignalId, Net>();
      const childTypes = new Map(lowered.get(instance.module)?.module.signals.map(({ id, type }) => [id, type]));
      for (const { port, value } of parts.instanceInputs.filter((input) => input.instance === instance.name)) {
        const source = { kind: "expression", value, scope } as const;
        childInputs.set(port, { name: `${childPath}.${port}`, type: childTypes.get(port) ?? value.type, source });
      }
      const childDomains = new Map(own);
      for (const { child, parent } of instance.domains) childDomains.set(child, required(own, parent, childPath));
      const child = addInstance(instance.module, childPath, childInputs, childDomains);
      for (const { port, signal } of instance.outputs) scope.set(signal, required(child, port, childPath));
    }

    for (const [id, net] of scope) if (!id.startsWith("$")) nets.set(`${prefix}${id}`, net);
    for (const [memory, writes] of parts.writes) {
      for (const { address, data, enable, mask, domain } of writes) {
        required(own, domain, path).writes.push({
          memory: required(ownMemories, memory, path),
          address: required(scope, address, path),
          data: required(scope, data, path),
          enable: required(scope, enable, path),
          mask: mask === null ? null : required(scope, mask, path),
        });
      }
    }
    for (const { property, violated } of parts.properties) {
      required(own, property.domain, path).properties.push({ property, path, violated: required(scope, violated, path) });
    }
    return scope;
  }
}

interface InstanceParts {
  readonly prefix: string;
  readonly scope: Map<SignalId, Net>;
  readonly memories: ReadonlyMap<string, FlatMemory>;
  readonly domains: ReadonlyMap<string, FlatDomain>;
}

/** Registers, read ports and combinational signals of one instance. Their expressions look up `scope` later, when it is complete. */
function addSignals(lowered: LoweredModule, { prefix, scope, memories, domains }: InstanceParts): void {
  const nextValues = new Map(lowered.registers.map(({ id, next }) => [id, next]));
  const readPorts = new Map(lowered.reads.map((read) => [read.data, read]));
  for (const { id, type, signal } of lowered.module.signals) {
    const name = `${prefix}${id}`;
    const read = readPorts.get(id);
    const value = nextValues.get(id);
    if (signal.kind === "register" && value !== undefined) {
      const net = { name, type, source: { kind: "state" } as const };
      const next = { kind: "expression", value, scope } as const;
      required(domains, signal.domain, name).states.push({ net, init: signal.init, resettable: signal.resettable, next });
      scope.set(id, net);
    } else if (signal.kind === "memoryRead" && read !== undefined) {
      const memory = required(memories, read.memory, name);
      const { address, enable, domain } = read;
      if (domain === null) scope.set(id, { name, type, source: { kind: "memoryRead", memory, address, scope } });
      else {
        const net = { name, type, source: { kind: "state" } as const };
        const next = { kind: "memoryRead", memory, address, enable, scope } as const;
        required(domains, domain, name).states.push({ net, init: 0n, resettable: false, next });
        scope.set(id, net);
      }
    }
  }
  for (const { id, type, value } of lowered.definitions) {
    scope.set(id, { name: `${prefix}${id}`, type, source: { kind: "expression", value, scope } });
  }
}

function inputNet(name: string, type: BitsType): Net {
  return { name, type, source: { kind: "input" } };
}

function required<Value>(map: ReadonlyMap<string, Value>, key: string, place: string): Value {
  const value = map.get(key);
  if (value === undefined) throw new TypeError(`${place}: nothing named ${key}`);
  return value;
}

/** The net that first has the value: ports and assignments that only pass it on lead to it. */
export function origin(net: Net): Net {
  let place = net;
  while (place.source.kind === "expression" && place.source.value.kind === "reference") {
    const next = required(place.source.scope, place.source.value.signal, place.name);
    if (next.type.width !== place.type.width || next.type.signed !== place.type.signed) break;
    place = next;
  }
  return place;
}

/** The nets that an expression reads. */
export function readsOf(expression: Expression, scope: Scope): Net[] {
  const found: Net[] = [];
  const visit = (part: Expression): void => {
    switch (part.kind) {
      case "constant":
        return;
      case "reference":
        found.push(origin(required(scope, part.signal, "expression")));
        return;
      case "unary":
      case "slice":
      case "convert":
        visit(part.operand);
        return;
      case "binary":
        visit(part.left);
        visit(part.right);
        return;
      case "mux":
        visit(part.condition);
        visit(part.whenTrue);
        visit(part.whenFalse);
        return;
      case "concatenate":
        part.parts.forEach(visit);
        return;
    }
  };
  visit(expression);
  return found;
}

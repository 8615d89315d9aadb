/** Which signals depend on which within one clock cycle, through instances too. Loops, stream rules and clock crossings are read off it. */
import type { Circuit, Module, SignalId } from "../ir/nodes.ts";
import { referencesOf } from "../ir/visit.ts";
import { lower } from "./lower.ts";

export interface Dependencies {
  /** For every combinational signal those that it is computed from directly. */
  readonly direct: ReadonlyMap<SignalId, ReadonlySet<SignalId>>;
  /** For every output the inputs that it depends on. */
  readonly outputs: ReadonlyMap<SignalId, ReadonlySet<SignalId>>;
  /** The next values of registers and the other expressions of the module, lowered. */
  readonly lowered: ReturnType<typeof lower>;
}

/** The dependencies of every module of a circuit whose modules stand before their parents. */
export function combinationalDependencies(circuit: Circuit): ReadonlyMap<string, Dependencies> {
  const known = new Map<string, Dependencies>();
  for (const module of circuit.modules) known.set(module.name, dependenciesOf(module, known));
  return known;
}

function dependenciesOf(module: Module, children: ReadonlyMap<string, Dependencies>): Dependencies {
  const lowered = lower(module);
  const direct = new Map<SignalId, ReadonlySet<SignalId>>();
  for (const signal of module.signals) {
    const value = lowered.get(signal.id);
    if (value !== undefined && signal.signal.kind !== "register") direct.set(signal.id, referencesOf([value]));
  }
  for (const memory of module.memories) {
    for (const read of memory.reads) if (read.domain === null) direct.set(read.data, referencesOf([read.address]));
  }
  for (const instance of module.instances) {
    const child = children.get(instance.module);
    const inputs = new Map(instance.inputs.map((input) => [input.port, input.value]));
    for (const { port, signal } of instance.outputs) {
      const through = [...(child?.outputs.get(port) ?? [])].flatMap((input) => inputs.get(input) ?? []);
      direct.set(signal, referencesOf(through));
    }
  }
  const inputs = new Set(module.signals.filter((signal) => signal.signal.kind === "input").map((signal) => signal.id));
  const outputs = new Map<SignalId, ReadonlySet<SignalId>>();
  for (const signal of module.signals) {
    if (signal.signal.kind === "output") outputs.set(signal.id, reached(signal.id, direct).intersection(inputs));
  }
  return { direct, outputs, lowered };
}

/** The signals that `from` depends on, itself included. */
export function reached(from: SignalId, direct: Dependencies["direct"]): Set<SignalId> {
  const found = new Set<SignalId>([from]);
  const pending = [from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const source of direct.get(id) ?? []) {
      if (found.has(source)) continue;
      found.add(source);
      pending.push(source);
    }
  }
  return found;
}

/** A shortest path from `from` to `to` along dependencies, both ends included; null where there is none. */
export function pathBetween(from: SignalId, to: SignalId, direct: Dependencies["direct"]): SignalId[] | null {
  const cameFrom = new Map<SignalId, SignalId>();
  const queue = [from];
  for (const id of queue) {
    for (const source of direct.get(id) ?? []) {
      if (source === to) {
        const path = [to, id];
        for (let step = id; step !== from;) {
          const before = cameFrom.get(step);
          if (before === undefined) break;
          path.push(before);
          step = before;
        }
        return path.reverse();
      }
      if (cameFrom.has(source) || source === from) continue;
      cameFrom.set(source, id);
      queue.push(source);
    }
  }
  return null;
}

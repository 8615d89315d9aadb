/** What of a module serves its properties only: the history that a check keeps belongs to proofs and simulation, not to the hardware. */
import type { Module, SignalId } from "../ir/nodes.ts";
import { expressionsOfParts, expressionsOfProperties, referencesOf } from "../ir/visit.ts";
import { lower } from "./lower.ts";

/** Wires and registers that properties read, directly or through others, and that nothing else depends on. */
export function propertyOnlySignals(module: Module): ReadonlySet<SignalId> {
  if (module.properties.length === 0) return new Set();
  const next = lower(module);
  const sourcesOf = new Map([...next].map(([id, expression]) => [id, referencesOf([expression])]));
  const reach = (roots: Iterable<SignalId>): Set<SignalId> => {
    const reached = new Set<SignalId>();
    const pending = [...roots];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (reached.has(id)) continue;
      reached.add(id);
      pending.push(...(sourcesOf.get(id) ?? []));
    }
    return reached;
  };
  const proven = reach(referencesOf(expressionsOfProperties(module)));
  const others = module.signals
    .filter((signal) => signal.signal.kind === "output" || !proven.has(signal.id))
    .map((signal) => signal.id);
  const hardware = reach([...others, ...referencesOf(expressionsOfParts(module))]);
  const only = new Set<SignalId>();
  for (const { id, signal } of module.signals) {
    if ((signal.kind === "wire" || signal.kind === "register") && proven.has(id) && !hardware.has(id)) only.add(id);
  }
  return only;
}

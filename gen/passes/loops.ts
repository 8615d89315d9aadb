/** Combinational loops: a signal that depends on itself within a cycle. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Module, SignalId } from "../ir/nodes.ts";
import { pathBetween, type Dependencies } from "./combinational.ts";

/** One diagnostic for each knot of signals that depend on each other. */
export function checkLoops(module: Module, dependencies: Dependencies): Diagnostic[] {
  const signals = new Map(module.signals.map((signal) => [signal.id, signal]));
  const found: Diagnostic[] = [];
  for (const knot of stronglyConnected(dependencies.direct)) {
    // The loop is told from the signal that was declared first.
    const start = module.signals.find((signal) => knot.has(signal.id));
    if (start === undefined) continue;
    const path = pathBetween(start.id, start.id, dependencies.direct);
    if (path === null) continue;
    const declared = path.slice(0, -1).flatMap((id) => {
      const signal = signals.get(id);
      return signal === undefined ? [] : [{ name: `${module.name}.${signal.path}`, location: signal.location }];
    });
    found.push({
      code: "L301",
      subject: `${module.name}: ${path.map((id) => signals.get(id)?.path ?? id).join(" <- ")}`,
      location: start.location,
      declared,
      fix: "put a register into the path; where only different bits depend on each other, split the signal",
    });
  }
  return found;
}

/** The sets of two or more signals that reach each other, and single signals that reach themselves (Tarjan, without recursion). */
function stronglyConnected(direct: Dependencies["direct"]): Set<SignalId>[] {
  const index = new Map<SignalId, number>();
  const lowest = new Map<SignalId, number>();
  const open: SignalId[] = [];
  const isOpen = new Set<SignalId>();
  const knots: Set<SignalId>[] = [];
  for (const root of direct.keys()) {
    if (index.has(root)) continue;
    const enter = (id: SignalId) => {
      index.set(id, index.size);
      lowest.set(id, index.size - 1);
      open.push(id);
      isOpen.add(id);
      return { id, sources: [...(direct.get(id) ?? [])], next: 0 };
    };
    const stack = [enter(root)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { id } = top;
      const source = top.sources[top.next++];
      if (source !== undefined) {
        if (!index.has(source)) stack.push(enter(source));
        else if (isOpen.has(source)) lowest.set(id, Math.min(lowest.get(id) ?? 0, index.get(source) ?? 0));
        continue;
      }
      stack.pop();
      const parent = stack.at(-1);
      if (parent !== undefined) lowest.set(parent.id, Math.min(lowest.get(parent.id) ?? 0, lowest.get(id) ?? 0));
      if (lowest.get(id) !== index.get(id)) continue;
      const knot = new Set(open.splice(open.lastIndexOf(id)));
      for (const member of knot) isOpen.delete(member);
      if (knot.size > 1 || (direct.get(id)?.has(id) ?? false)) knots.push(knot);
    }
  }
  return knots;
}

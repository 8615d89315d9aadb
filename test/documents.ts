// The commands in the documents, with what they are said to print: fenced blocks marked `console`, lines that begin with `$ `.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../cli/paths.ts";

export interface DocumentedCommand {
  readonly document: string;
  readonly command: string;
  /** What follows the command up to the next one; a line `...` stands for any number of lines. */
  readonly output: string;
}

/** All commands of a document, in order. */
export function documentedCommands(document: string): DocumentedCommand[] {
  const text = readFileSync(join(projectRoot, document), "utf8");
  return [...text.matchAll(/^```console\n([^]*?)^```$/gm)].flatMap((block) =>
    (block[1] ?? "")
      .split(/^\$ /m)
      .filter((part) => part.trim() !== "")
      .map((part) => {
        const [command = "", ...output] = part.trimEnd().split("\n");
        return { document, command, output: output.join("\n") };
      }),
  );
}

/** Whether an output is the documented one. Numbers may differ: they are times and sizes of the day the document was written. */
export function isAsDocumented(output: string, documented: string): boolean {
  const escaped = (line: string) =>
    line
      .trimEnd()
      .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll(/\d+(\\\.\d+)?/g, "\\d+(\\.\\d+)?");
  const pattern = documented
    .split("\n")
    .map((line) => (line === "..." ? "(?:[^\n]*\n)*?" : `${escaped(line)}\\s*\n`))
    .join("");
  return new RegExp(`^${pattern}$`).test(`${output.trimEnd().replaceAll(/[ \r]+$/gm, "")}\n`);
}

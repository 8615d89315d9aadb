import { containerErrors } from "./container-errors.ts";
import { runtimeErrors } from "./runtime-errors.ts";

/** `containerHash` -> `CONTAINER_HASH`. */
export function constantName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/**
 * The C header ternel_errors.h: the codes that firmware can meet (E1xxx, E3xxx) as an enum, and `TERNEL_ERRORS(X)`, which
 * expands `X(code, NAME, "message")` for each, from which the one C file that prints errors makes its table.
 */
export function emitErrorsHeader(): string {
  const entries = Object.entries({ ...containerErrors, ...runtimeErrors }).map(
    ([name, { code, message }]) => [code.slice(1), constantName(name), message] as const,
  );
  return [
    "// Generated from models/errors.ts. Do not edit.",
    "#ifndef TERNEL_ERRORS_H",
    "#define TERNEL_ERRORS_H",
    "",
    '// Expands X(code, NAME, "message") for each error. A code prints as E and four digits.',
    "#define TERNEL_ERRORS(X) \\",
    entries.map(([code, name, message]) => `    X(${code}, ${name}, "${message}")`).join(" \\\n"),
    "",
    "typedef enum ternel_error {",
    "    TERNEL_OK = 0,",
    ...entries.map(([code, name]) => `    TERNEL_ERROR_${name} = ${code},`),
    "} ternel_error;",
    "",
    "#endif",
    "",
  ].join("\n");
}

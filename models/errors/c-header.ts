import { containerErrors } from "./container-errors.ts";
import { runtimeErrors } from "./runtime-errors.ts";
import { toolErrors } from "./tool-errors.ts";

/** `containerHash` -> `CONTAINER_HASH`. */
export function constantName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

// The program on a PC opens files, which firmware does not.
const { fileMissing, fileUnreadable, argument } = toolErrors;
const headerErrors = { ...containerErrors, ...runtimeErrors, fileMissing, fileUnreadable, argument };

/**
 * The C header ternel_errors.h: the codes that C programs can meet (E1xxx, E3xxx and a few of E40xx) as an enum, and
 * `TERNEL_ERROR_LIST(X)`, which expands `X(code, NAME, "area", "message")` for each: the one C file that prints errors makes its
 * table from it.
 */
export function emitErrorsHeader(): string {
  const entries = Object.entries(headerErrors).map(([name, { code, message }]) => {
    const colon = message.indexOf(": ");
    return { code: code.slice(1), name: constantName(name), area: message.slice(0, colon), text: message.slice(colon + 2) };
  });
  return [
    "// Generated from models/errors.ts. Do not edit.",
    "#ifndef TERNEL_ERRORS_H",
    "#define TERNEL_ERRORS_H",
    "",
    '// Expands X(code, NAME, "area", "message") for each error. It prints as `E1203 container: hash mismatch`.',
    "#define TERNEL_ERROR_LIST(X) \\",
    entries.map(({ code, name, area, text }) => `    X(${code}, ${name}, "${area}", "${text}")`).join(" \\\n"),
    "",
    "enum ternel_error {",
    "    TERNEL_OK = 0,",
    ...entries.map(({ code, name }) => `    TERNEL_ERROR_${name} = ${code},`),
    "};",
    "",
    "#endif",
    "",
  ].join("\n");
}

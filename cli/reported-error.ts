// Errors that an engine reports in words on its console, as the table's errors.
import { errorList, errors, TernelError } from "../models/errors.ts";

/**
 * The error with this code. What the message says beyond the table's own text is kept as the detail: `E1203 container: hash mismatch (x)`.
 * A code that the table does not have means that engine and CLI were not built together.
 */
export function reportedError(code: string, message: string): TernelError {
  const entry = errorList.find((candidate) => candidate.code === code);
  if (entry === undefined) return new TernelError("toolAnswer", `${code} ${message}`);
  const own = errors[entry.name].message;
  const detail = message.startsWith(own) ? message.slice(own.length).trim() : message;
  return new TernelError(entry.name, detail === "" ? undefined : detail.replace(/^\((.*)\)$/s, "$1"));
}

/** The error in a console line such as `E1203 container: hash mismatch`; undefined for any other line. */
export function errorInLine(line: string): TernelError | undefined {
  const match = /^(E\d{4}) (.+)$/.exec(line.trim());
  return match?.[1] === undefined || match[2] === undefined ? undefined : reportedError(match[1], match[2]);
}

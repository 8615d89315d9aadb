// The project's one error table. The C header, docs/errors.md and every message come from it.
import type { ErrorEntry } from "./errors/entry.ts";
import { containerErrors } from "./errors/container-errors.ts";
import { inputErrors } from "./errors/input-errors.ts";
import { runtimeErrors } from "./errors/runtime-errors.ts";
import { toolErrors } from "./errors/tool-errors.ts";

export type { ErrorEntry } from "./errors/entry.ts";
export { emitErrorsHeader } from "./errors/c-header.ts";

/** All errors by name, in ascending order of their codes. */
export const errors = { ...containerErrors, ...inputErrors, ...runtimeErrors, ...toolErrors };

/** The name of an error, as TypeScript code uses it. */
export type ErrorName = keyof typeof errors;

/** All errors as a list, each with its name, in ascending order of their codes. */
export const errorList: readonly (ErrorEntry & { readonly name: ErrorName })[] = Object.entries(errors).map(([name, entry]) => ({
  ...entry,
  name: name as ErrorName,
}));

/** The one error that the project's edges (files, arguments, child processes) report. Anything else that is thrown is a bug. */
export class TernelError extends Error {
  override readonly name = "TernelError";
  /** The error's name in the table. */
  readonly error: ErrorName;
  /** The stable code, such as "E1203". */
  readonly code: string;

  /**
   * @param error - the error's name in the table
   * @param detail - which file, tensor or value; appended in parentheses
   */
  constructor(error: ErrorName, detail?: string) {
    super(detail === undefined ? errors[error].message : `${errors[error].message} (${detail})`);
    this.error = error;
    this.code = errors[error].code;
  }

  /** The line for people: `E1203 container: hash mismatch (model.tern)`. */
  get line(): string {
    return `${this.code} ${this.message}`;
  }

  /** The object for programs (`--json`). */
  toJSON(): { readonly error: { readonly code: string; readonly message: string } } {
    return { error: { code: this.code, message: this.message } };
  }
}

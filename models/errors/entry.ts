/** One line of the project's error table. */
export interface ErrorEntry {
  /** Stable for ever: `E` and four digits. A retired code is never given to something else. */
  readonly code: `E${number}`;
  /** What the error says, in the form "part: what is wrong", without a full stop: printed as `E1203 container: hash mismatch`. */
  readonly message: string;
  /** How it comes about. */
  readonly cause: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Gives a table its precise keys and checks every entry. */
export function errorTable<const Table extends Readonly<Record<string, ErrorEntry>>>(table: Table): Table {
  return table;
}

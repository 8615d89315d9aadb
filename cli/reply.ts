// Reading an answer of a console: a field that is missing or of another kind means that CLI and engine were not built together.
import { TernelError } from "../models/errors.ts";

/** One JSON object of the console's machine mode. */
export type Reply = Readonly<Record<string, unknown>>;

function malformed(reply: Reply, name: string): TernelError {
  return new TernelError("toolAnswer", `${name} in ${JSON.stringify(reply).slice(0, 200)}`);
}

/** A whole number of 0 or more. */
export function numberIn(reply: Reply, name: string): number {
  const value = reply[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw malformed(reply, name);
  return value;
}

export function textIn(reply: Reply, name: string): string {
  const value = reply[name];
  if (typeof value !== "string") throw malformed(reply, name);
  return value;
}

/** A list of whole numbers of 0 or more. */
export function numbersIn(reply: Reply, name: string): number[] {
  const value = reply[name];
  if (!Array.isArray(value)) throw malformed(reply, name);
  return value.map((_, i) => numberIn(value as unknown as Reply, String(i)));
}

export function objectIn(reply: Reply, name: string): Reply {
  const value = reply[name];
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(reply, name);
  return value as Reply;
}

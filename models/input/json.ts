import { TernelError } from "../errors.ts";
import type { ErrorName } from "../errors.ts";

/** A parsed JSON object whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed value is an object (and no array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a parsed value is a whole number that JavaScript holds exactly, and not negative. */
export function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/**
 * Parses UTF-8 bytes as one JSON object. Anything else, and a name that appears twice in one object, is an error: readers
 * disagree about which of the two counts.
 *
 * @param duplicate - the error to report for a name that appears twice
 */
export function parseObject(bytes: Uint8Array, malformed: ErrorName, duplicate: ErrorName): JsonObject {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    throw new TernelError(malformed, error instanceof Error ? error.message : undefined);
  }
  if (!isObject(value)) throw new TernelError(malformed, "not an object");
  const twice = duplicateName(text);
  if (twice !== undefined) throw new TernelError(duplicate, twice);
  return value;
}

/** The first name that appears twice in one object of a valid JSON text; JSON.parse itself keeps the last one silently. */
export function duplicateName(json: string): string | undefined {
  const scopes: (Set<string> | undefined)[] = []; // one for each open bracket: the names of an object, nothing for an array
  const tokens = /["{}[\]]/g;
  for (let token = tokens.exec(json); token !== null; token = tokens.exec(json)) {
    if (token[0] === "{") scopes.push(new Set());
    else if (token[0] === "[") scopes.push(undefined);
    else if (token[0] !== '"') scopes.pop();
    else {
      tokens.lastIndex = endOfString(json, token.index);
      if (!isBeforeColon(json, tokens.lastIndex)) continue;
      const name = JSON.parse(json.slice(token.index, tokens.lastIndex)) as string;
      const scope = scopes.at(-1);
      if (scope?.has(name) === true) return name;
      scope?.add(name);
    }
  }
  return undefined;
}

/** The index behind the string that begins at `start`: behind the next quote that an even number of backslashes precedes. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (json.charAt(quote - 1 - backslashes) === "\\") backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return json.length;
}

/** Whether the next character that is no white space is a colon: the string before it is a name. */
function isBeforeColon(json: string, start: number): boolean {
  let i = start;
  while (i < json.length && " \t\n\r".includes(json.charAt(i))) i++;
  return json.charAt(i) === ":";
}

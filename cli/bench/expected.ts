// What a bench must compute, by the reference engine in this process.
import { createHash, type Hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { readContainer } from "../../models/container.ts";
import { ReferenceEngine } from "../../models/reference/engine.ts";

/** The choices and the hash over the logits that they were made from. */
export interface Expected {
  readonly tokens: readonly number[];
  readonly logitsHash: string;
}

function addLogits(hash: Hash, logits: Int32Array): void {
  if (endianness() !== "LE") throw new Error("logits are hashed as they lie in memory");
  hash.update(new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength));
}

/** The token of the largest logit, the lower id of equal ones. */
function best(logits: Int32Array): number {
  return logits.reduce((found, value, id) => (value > (logits[found] ?? 0) ? id : found), 0);
}

/** As `/bench decode`: greedy tokens from the start token on. */
export function expectedDecode(modelFile: string, count: number): Expected {
  const model = readContainer(readFileSync(modelFile));
  const engine = new ReferenceEngine(model);
  const hash = createHash("sha256");
  const tokens: number[] = [];
  for (let token = model.startToken; tokens.length < count; tokens.push(token)) {
    const logits = engine.step(token);
    addLogits(hash, logits);
    token = best(logits);
  }
  return { tokens, logitsHash: hash.digest("hex") };
}

/** As `/bench prefill`: the logits after the last of these tokens, token by token. */
export function expectedPrefill(modelFile: string, tokens: readonly number[]): Expected {
  const engine = new ReferenceEngine(readContainer(readFileSync(modelFile)));
  let logits: Int32Array = new Int32Array();
  for (const token of tokens) logits = engine.step(token);
  const hash = createHash("sha256");
  addLogits(hash, logits);
  return { tokens: [best(logits)], logitsHash: hash.digest("hex") };
}

/** Whether a measurement gave just that. */
export function equals(measured: { tokens: readonly number[]; logitsHash: string | undefined }, expected: Expected): boolean {
  return (
    measured.logitsHash === expected.logitsHash &&
    measured.tokens.length === expected.tokens.length &&
    measured.tokens.every((token, i) => token === expected.tokens[i])
  );
}

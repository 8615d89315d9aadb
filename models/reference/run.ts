import { createHash } from "node:crypto";
import type { Model } from "../container/model.ts";
import { BytePairTokenizer } from "../tokenizer/tokenizer.ts";
import { ReferenceEngine } from "./engine.ts";
import { Sampler } from "./sampler.ts";
import type { SamplerSettings } from "./sampler.ts";

/** A prompt and how to go on from it. */
export interface RunRequest extends SamplerSettings {
  readonly prompt: string;
  /** How many tokens to generate at most. */
  readonly tokens: number;
}

/** What a run gives, on every target. */
export interface RunResult {
  /** The generated tokens; the end-of-text token is not among them. */
  readonly tokens: readonly number[];
  readonly text: string;
  readonly stop: "end" | "length";
  /** Tokens of the prompt, the start token not counted. */
  readonly promptTokens: number;
  /** SHA-256, in hex, over the int32 little-endian logits of every step that chose a token. */
  readonly logitsHash: string;
}

/** Generates text with the reference engine. `onToken` is called for each token as it is chosen. */
export function runReference(model: Model, request: RunRequest, onToken?: (token: number) => void): RunResult {
  const tokenizer = new BytePairTokenizer(model.tokenizer);
  const engine = new ReferenceEngine(model);
  const sampler = new Sampler(request);
  const prompt = tokenizer.encode(request.prompt);
  let logits = engine.step(model.startToken);
  for (const token of prompt) logits = engine.step(token);
  const hash = createHash("sha256");
  const tokens: number[] = [];
  let stop: RunResult["stop"] = "length";
  while (tokens.length < request.tokens) {
    hash.update(littleEndian(logits));
    const token = sampler.choose(logits, model.fractions.logits);
    if (token === model.endToken) {
      stop = "end";
      break;
    }
    tokens.push(token);
    onToken?.(token);
    if (tokens.length < request.tokens) logits = engine.step(token);
  }
  return { tokens, text: tokenizer.decode(tokens), stop, promptTokens: prompt.length, logitsHash: hash.digest("hex") };
}

function littleEndian(values: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    view.setInt32(4 * i, value, true);
  });
  return new Uint8Array(view.buffer);
}

// Calibration: which fraction each vector gets, from the largest value that the float model shows on a text.
import { layerFractionNames } from "../container/format.ts";
import type { Layer, Model } from "../container/model.ts";
import { TernelError } from "../errors.ts";
import { splitStories } from "../evaluate.ts";
import { FloatSequence } from "../float/model.ts";
import type { FloatModel } from "../float/model.ts";
import { Sampler } from "../reference/sampler.ts";
import type { BytePairTokenizer } from "../tokenizer/tokenizer.ts";
import { largestFraction } from "./scales.ts";

/** Bits between the largest value seen and saturation. */
export const headroomBits = 3;
const largestInteger = 2 ** (23 - headroomBits);

/** The fractions of all vectors, as the container stores them. */
export interface Fractions {
  readonly model: Model["fractions"];
  readonly layers: readonly Layer["fractions"][];
}

/** The first `limit` tokens of a text, story by story. */
export function textSequences(model: FloatModel, tokenizer: BytePairTokenizer, text: string, limit: number): number[][] {
  const sequences: number[][] = [];
  let left = limit;
  for (const story of splitStories(text)) {
    if (left <= 0) break;
    const part = [model.startToken, ...tokenizer.encode(story)].slice(0, left);
    sequences.push(part);
    left -= part.length;
  }
  if (sequences.length === 0) throw new TernelError("packCalibrationText");
  return sequences;
}

/** `count` tokens that the model writes itself, at temperature 1: always the same ones for one model. */
export function sampledSequences(model: FloatModel, count: number, progress?: (done: number) => void): number[][] {
  const logitFraction = 12;
  const sampler = new Sampler({ temperature: 1000, topP: 1000, seed: 1n });
  const sequences: number[][] = [];
  for (let made = 0; made < count;) {
    const sequence = [model.startToken];
    const state = new FloatSequence(model);
    for (; made < count; made++) {
      const logits = Int32Array.from(state.step(sequence.at(-1) ?? 0), (logit) => Math.round(logit * 2 ** logitFraction));
      const token = sampler.choose(logits, logitFraction);
      if (token === model.config.endToken) break;
      sequence.push(token);
      progress?.(made / count);
    }
    made++;
    sequences.push(sequence);
  }
  return sequences;
}

/** The largest absolute value of each vector while the float model reads the sequences. */
export function observeLargest(
  model: FloatModel,
  sequences: readonly (readonly number[])[],
  progress?: (done: number) => void,
): Map<string, number> {
  const largest = new Map<string, number>();
  const observe = (tensor: string, vector: Float64Array): void => {
    largest.set(
      tensor,
      vector.reduce((max, value) => Math.max(max, Math.abs(value)), largest.get(tensor) ?? 0),
    );
  };
  const total = sequences.reduce((sum, sequence) => sum + sequence.length, 0);
  let done = 0;
  for (const sequence of sequences) {
    const state = new FloatSequence(model, observe);
    for (const token of sequence) {
      state.step(token);
      progress?.(++done / total);
    }
  }
  return largest;
}

/** The fractions that leave each vector its headroom. A product's fraction is at most the sum of its factors'. */
export function chooseFractions(largest: ReadonlyMap<string, number>, layers: number): Fractions {
  const choose = (tensor: string): number => {
    const fraction = largestFraction(largest.get(tensor) ?? 0, largestInteger);
    if (fraction === undefined) throw new TernelError("packRange", tensor);
    return fraction;
  };
  return {
    model: { residual: choose("residual"), finalNorm: choose("finalNorm"), logits: choose("logits") },
    layers: Array.from({ length: layers }, (_, l) => {
      const chosen = layerFractionNames.map((name) => [name, choose(`layers.${l}.${name}`)] as const);
      const fractions = Object.fromEntries(chosen) as Layer["fractions"];
      return {
        ...fractions,
        gatedOutput: Math.min(fractions.gatedOutput, fractions.normedGate + fractions.candidate),
        product: Math.min(fractions.product, 2 * fractions.gateUp),
      };
    }),
  };
}

// Perplexity on a text, by the rules of docs/numerics.md, of any engine that gives logits.
import type { Model } from "./container/model.ts";
import { TernelError } from "./errors.ts";
import { FloatSequence, floatModel } from "./float/model.ts";
import type { Checkpoint } from "./input/checkpoint.ts";
import { ReferenceEngine } from "./reference/engine.ts";
import { BytePairTokenizer, tokenizerTables } from "./tokenizer/tokenizer.ts";

/** What an evaluation gives. */
export interface Evaluation {
  /** exp of the mean negative log likelihood of a token. */
  readonly perplexity: number;
  /** Bits that the model needs for a character of the stories. */
  readonly bitsPerCharacter: number;
  /** Tokens predicted. */
  readonly tokens: number;
}

/** Called after each story with the share of the work that is done, 0 to 1. */
export type Progress = (done: number) => void;

/** The stories of a text: split at lines that are exactly `<|endoftext|>`, line ends at their edges trimmed, empty ones left out. */
export function splitStories(text: string): string[] {
  return text
    .split(/^<\|endoftext\|>\r?$/m)
    .map((story) => story.replace(/^[\r\n]+|[\r\n]+$/g, ""))
    .filter((story) => story !== "");
}

/** A story as the engines get it: start token, its tokens, end token. Every token but the first is predicted. */
export function storySequences(text: string, tokenizer: BytePairTokenizer, startToken: number, endToken: number): number[][] {
  return splitStories(text).map((story) => [startToken, ...tokenizer.encode(story), endToken]);
}

/** The evaluation of a text from the summed negative log likelihood (natural logarithm) of its tokens. */
export function evaluation(text: string, tokens: number, negativeLogLikelihood: number): Evaluation {
  const characters = splitStories(text).reduce((sum, story) => sum + Array.from(story).length, 0);
  return {
    perplexity: Math.exp(negativeLogLikelihood / tokens),
    bitsPerCharacter: negativeLogLikelihood / Math.LN2 / characters,
    tokens,
  };
}

/** -ln softmax(logits)[token]; logits times `unit` are real numbers. */
export function negativeLogLikelihood(logits: Float64Array | Int32Array, unit: number, token: number): number {
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp((logit - largest) * unit);
  return Math.log(sum) - ((logits[token] ?? 0) - largest) * unit;
}

/** Evaluates the float fake-quantised model. */
export function evaluateFloat(checkpoint: Checkpoint, text: string, progress?: Progress): Evaluation {
  const model = floatModel(checkpoint);
  const tokenizer = new BytePairTokenizer(tokenizerTables(checkpoint.tokenizer));
  const sequences = storySequences(text, tokenizer, model.startToken, model.config.endToken);
  return evaluate(text, sequences, 1, () => new FloatSequence(model), progress);
}

/** Evaluates a packed model on the integer reference engine. */
export function evaluateReference(model: Model, text: string, progress?: Progress): Evaluation {
  const sequences = storySequences(text, new BytePairTokenizer(model.tokenizer), model.startToken, model.endToken);
  const engine = new ReferenceEngine(model);
  const begin = (): ReferenceEngine => {
    engine.reset();
    return engine;
  };
  return evaluate(text, sequences, 2 ** -model.fractions.logits, begin, progress);
}

function evaluate(
  text: string,
  sequences: readonly (readonly number[])[],
  unit: number,
  begin: () => { step(token: number): Float64Array | Int32Array },
  progress: Progress | undefined,
): Evaluation {
  const total = sequences.reduce((sum, sequence) => sum + sequence.length - 1, 0);
  if (total === 0) throw new TernelError("packTextEmpty");
  let predicted = 0;
  let loss = 0;
  for (const sequence of sequences) {
    const engine = begin();
    for (const [i, token] of sequence.slice(0, -1).entries()) {
      loss += negativeLogLikelihood(engine.step(token), unit, sequence[i + 1] ?? 0);
      predicted++;
    }
    progress?.(predicted / total);
  }
  return evaluation(text, predicted, loss);
}

// Perplexity on a text, by the rules of docs/numerics.md, of any engine that gives logits.
import type { Model } from "./container/model.ts";
import { TernelError } from "./errors.ts";
import { floatModel } from "./float/model.ts";
import { scoreSequences } from "./float/score.ts";
import type { Checkpoint } from "./input/checkpoint.ts";
import { negativeLogLikelihood } from "./likelihood.ts";
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

/** Evaluates the float fake-quantised model, on all processor cores. */
export async function evaluateFloat(checkpoint: Checkpoint, text: string, progress?: Progress): Promise<Evaluation> {
  const model = floatModel(checkpoint);
  const tokenizer = new BytePairTokenizer(tokenizerTables(checkpoint.tokenizer));
  const sequences = storySequences(text, tokenizer, model.startToken, model.config.endToken);
  const count = countPredicted(sequences, progress);
  const losses = await scoreSequences(model, sequences, count.add);
  return evaluation(text, count.total, sumOf(losses));
}

/** Evaluates a packed model on the integer reference engine. */
export function evaluateReference(model: Model, text: string, progress?: Progress): Evaluation {
  const sequences = storySequences(text, new BytePairTokenizer(model.tokenizer), model.startToken, model.endToken);
  const count = countPredicted(sequences, progress);
  const engine = new ReferenceEngine(model);
  const losses = sequences.map((sequence) => {
    engine.reset();
    const unit = 2 ** -model.fractions.logits;
    const loss = sumOf(
      sequence.slice(0, -1).map((token, i) => negativeLogLikelihood(engine.step(token), unit, sequence[i + 1] ?? 0)),
    );
    count.add(sequence);
    return loss;
  });
  return evaluation(text, count.total, sumOf(losses));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** How many tokens the sequences predict, and a counter of those that are done. */
function countPredicted(
  sequences: readonly (readonly number[])[],
  progress: Progress | undefined,
): { total: number; add: (sequence: readonly number[]) => void } {
  const total = sumOf(sequences.map((sequence) => sequence.length - 1));
  if (total === 0) throw new TernelError("packTextEmpty");
  let done = 0;
  return {
    total,
    add: (sequence) => {
      done += sequence.length - 1;
      progress?.(done / total);
    },
  };
}

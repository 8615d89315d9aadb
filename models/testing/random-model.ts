// Small models with random weights, for tests: any shape, always the same for one seed.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensorShapes } from "../input/checkpoint.ts";
import type { Checkpoint } from "../input/checkpoint.ts";
import { readTokenizer } from "../input/tokenizer-json.ts";
import { RandomSource } from "../reference/sampler.ts";
import { characterOfByte } from "../tokenizer/byte-alphabet.ts";
import { encodeSafetensors } from "./safetensors-file.ts";

/** The shape of a random model. The tokenizer has at least 257 tokens: one for each byte and the end of text. */
export interface RandomShape {
  readonly dimension: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly vocabulary: number;
  /** Tokens of the tokenizer, at most the vocabulary. */
  readonly tokenCount: number;
  readonly seed: bigint;
}

/** Approximately normal random numbers: sums of four random bytes, which need no function that machines might round differently. */
function normalSource(seed: bigint): () => number {
  const random = new RandomSource(seed);
  const deviation = Math.sqrt((4 * (256 ** 2 - 1)) / 12);
  return () => {
    const bits = Number(random.next());
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    return (sum - 510) / deviation;
  };
}

/** config.json of a random model. */
function randomConfig(shape: RandomShape): object {
  return {
    model_type: "hgrn_bit",
    vocab_size: shape.vocabulary,
    hidden_size: shape.dimension,
    num_hidden_layers: shape.layers,
    intermediate_size: shape.intermediate,
    bos_token_id: 0,
    eos_token_id: 0,
  };
}

/** tokenizer.json of a random model: `<|endoftext|>`, the bytes, and merges of random pairs. */
function randomTokenizer(shape: RandomShape): object {
  const random = new RandomSource(shape.seed);
  const names = ["<|endoftext|>", ...characterOfByte];
  const merges: [string, string][] = [];
  // Letters and spaces first, so that ordinary text has something to merge.
  const parts = [...Array.from("etaoinshrdlu"), characterOfByte[0x20] ?? ""];
  while (names.length < shape.tokenCount) {
    const [left, right] = [0, 1].map(() => parts[Number(random.next()) % parts.length] ?? "") as [string, string];
    if (names.includes(left + right)) continue;
    names.push(left + right);
    parts.push(left + right);
    merges.push([left, right]);
  }
  return {
    version: "1.0",
    added_tokens: [{ id: 0, content: "<|endoftext|>", special: true }],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab: Object.fromEntries(names.map((name, id) => [name, id])), merges },
  };
}

/** A tensor's elements: gains around 1, lower bounds around 0, embeddings of size 1, weights of size 0.05. */
function randomTensor(name: string, count: number, next: () => number): Float32Array {
  if (name.endsWith("embeddings.weight") || name.endsWith("lower_bounds")) return Float32Array.from({ length: count }, next);
  if (name.endsWith("norm.weight")) return Float32Array.from({ length: count }, () => 1 + 0.3 * next());
  return Float32Array.from({ length: count }, () => 0.05 * next());
}

function randomTensors(shape: RandomShape): Map<string, Float32Array> {
  const next = normalSource(shape.seed);
  const shapes = tensorShapes({ ...shape, startToken: 0, endToken: 0 });
  return new Map(
    Array.from(shapes, ([name, sizes]) => [
      name,
      randomTensor(
        name,
        sizes.reduce((a, b) => a * b),
        next,
      ),
    ]),
  );
}

/** A random model in memory. */
export function randomCheckpoint(shape: RandomShape): Checkpoint {
  const tokenizer = readTokenizer(new TextEncoder().encode(JSON.stringify(randomTokenizer(shape))), shape.vocabulary);
  return { config: { ...shape, startToken: 0, endToken: 0 }, tokenizer, tensors: randomTensors(shape) };
}

/** A random model as a folder: model.safetensors, config.json, tokenizer.json. */
export function writeRandomModel(folder: string, shape: RandomShape): void {
  mkdirSync(folder, { recursive: true });
  const shapes = tensorShapes({ ...shape, startToken: 0, endToken: 0 });
  const tensors = Array.from(randomTensors(shape), ([name, values]) => ({ name, shape: shapes.get(name) ?? [], values }));
  writeFileSync(join(folder, "model.safetensors"), encodeSafetensors(tensors));
  writeFileSync(join(folder, "config.json"), JSON.stringify(randomConfig(shape)));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(randomTokenizer(shape)));
}

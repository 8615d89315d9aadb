// Models with random weights, as folders of safetensors, config.json and tokenizer.json: shapes that no trained model here has.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { characterOfByte } from "../models/tokenizer/byte-alphabet.ts";

export interface RandomModelShape {
  readonly dimension: number;
  readonly intermediate: number;
  readonly layers: number;
  /** At least 257: every byte and the end of text have a token. */
  readonly vocabulary: number;
  readonly seed: number;
}

/** A tensor of safetensors, float32. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A generator of numbers in [0, 1): xorshift32 (Marsaglia, 2003), the same on every machine. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The tensors of a MatMul-free model under their public names (design: BitLinear, matmulfree). */
export function randomTensors(shape: RandomModelShape): Map<string, Tensor> {
  const random = randomNumbers(shape.seed);
  const { dimension: d, intermediate, layers, vocabulary } = shape;
  const tensors = new Map<string, Tensor>();
  const add = (name: string, dimensions: readonly number[], value: () => number) => {
    const count = dimensions.reduce((product, n) => product * n, 1);
    tensors.set(name, { shape: dimensions, values: Float32Array.from({ length: count }, value) });
  };
  const weight = () => (random() - 0.5) * 0.2;
  const gain = () => 0.5 + random();
  const linear = (name: string, rows: number, columns: number) => {
    add(`${name}.weight`, [rows, columns], weight);
    add(`${name}.norm.weight`, [columns], gain);
  };
  add("model.embeddings.weight", [vocabulary, d], () => (random() - 0.5) * 2);
  add("model.lower_bounds", [layers, d], () => random() - 0.5);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    add(`${prefix}.attn_norm.weight`, [d], gain);
    add(`${prefix}.mlp_norm.weight`, [d], gain);
    add(`${prefix}.attn.g_norm.weight`, [d], gain);
    for (const name of ["i", "f", "g", "o"]) linear(`${prefix}.attn.${name}_proj`, d, d);
    linear(`${prefix}.mlp.gate_proj`, 2 * intermediate, d);
    linear(`${prefix}.mlp.down_proj`, d, intermediate);
  }
  add("model.norm.weight", [d], gain);
  linear("lm_head", vocabulary, d);
  return tensors;
}

/** A safetensors file: length of the header, header, data in the order of the map. */
export function safetensors(tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  let offset = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => {
    const begin = offset;
    offset += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, offset] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)), "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...[...tensors.values()].map(({ values }) => Buffer.from(values.buffer))]);
}

/** A byte-level BPE tokenizer: end of text, the 256 bytes, then merges of pairs drawn at random. */
export function randomTokenizer(vocabulary: number, seed: number): object {
  const random = randomNumbers(seed + 1);
  const names = ["<|endoftext|>", ...characterOfByte];
  const merges: [string, string][] = [];
  // Letters and the space (U+0120) only, so that merges apply to ordinary text.
  const parts = [..."etaoinshrdlu", "\u0120"];
  while (names.length < vocabulary) {
    const pick = () => parts[Math.floor(random() * parts.length)] ?? "e";
    const [left, right] = [pick(), pick()];
    if (right.startsWith("\u0120") || names.includes(left + right)) continue;
    merges.push([left, right]);
    names.push(left + right);
    parts.push(left + right);
  }
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [{ id: 0, content: "<|endoftext|>", ...special }],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: { ...byteLevel, add_prefix_space: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      merges,
    },
  };
}

/** config.json for a shape. */
export function modelConfig(shape: RandomModelShape): object {
  return {
    architectures: ["HGRNBitForCausalLM"],
    model_type: "hgrn_bit",
    vocab_size: shape.vocabulary,
    hidden_size: shape.dimension,
    num_hidden_layers: shape.layers,
    num_heads: 1,
    expand_ratio: 1,
    hidden_ratio: 4,
    intermediate_size: shape.intermediate,
    hidden_act: "swish",
    rms_norm_eps: 1e-6,
    use_short_conv: false,
    use_lower_bound: true,
    tie_word_embeddings: false,
    bos_token_id: 0,
    eos_token_id: 0,
    torch_dtype: "float32",
  };
}

/** Writes the three files of a model into a folder, which is made. */
export function writeRandomModel(folder: string, shape: RandomModelShape): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model.safetensors"), safetensors(randomTensors(shape)));
  writeFileSync(join(folder, "config.json"), JSON.stringify(modelConfig(shape)));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(randomTokenizer(shape.vocabulary, shape.seed)));
}

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { matrixShape } from "../container/layout.ts";
import { TernelError } from "../errors.ts";
import { readConfig } from "./config.ts";
import type { ModelConfig } from "./config.ts";
import { withFile } from "./byte-source.ts";
import { Safetensors } from "./safetensors.ts";
import { readTokenizer } from "./tokenizer-json.ts";
import type { TokenizerSource } from "./tokenizer-json.ts";

/** A float model as it was trained: its shapes, its tokenizer, and its tensors by their public names. */
export interface Checkpoint {
  readonly config: ModelConfig;
  readonly tokenizer: TokenizerSource;
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/** The public names of a layer's matrices. */
export const publicMatrixName = {
  candidate: "attn.i_proj",
  forget: "attn.f_proj",
  gate: "attn.g_proj",
  output: "attn.o_proj",
  gateUp: "mlp.gate_proj",
  down: "mlp.down_proj",
} as const;

/** All tensors of a model and their shapes, in a fixed order. */
export function tensorShapes(config: ModelConfig): ReadonlyMap<string, readonly number[]> {
  const { vocabulary, dimension, layers } = config;
  const shapes = new Map<string, readonly number[]>([
    ["model.embeddings.weight", [vocabulary, dimension]],
    ["model.lower_bounds", [layers, dimension]],
    ["model.norm.weight", [dimension]],
    ["lm_head.weight", [vocabulary, dimension]],
    ["lm_head.norm.weight", [dimension]],
  ]);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    for (const norm of ["attn_norm", "mlp_norm", "attn.g_norm"]) shapes.set(`${prefix}.${norm}.weight`, [dimension]);
    for (const [matrix, name] of Object.entries(publicMatrixName)) {
      const [rows, columns] = matrixShape[matrix as keyof typeof publicMatrixName](config);
      shapes.set(`${prefix}.${name}.weight`, [rows, columns]);
      shapes.set(`${prefix}.${name}.norm.weight`, [columns]);
    }
  }
  return shapes;
}

/** Takes a model's tensors from a safetensors file: exactly the expected ones, in the expected shapes, all finite. */
export function readTensors(file: Safetensors, config: ModelConfig): ReadonlyMap<string, Float32Array> {
  const shapes = tensorShapes(config);
  for (const name of file.names) {
    if (!shapes.has(name)) throw new TernelError("safetensorsUnexpected", name);
  }
  const tensors = new Map<string, Float32Array>();
  for (const [name, shape] of shapes) {
    const actual = file.shape(name);
    if (actual === undefined) throw new TernelError("safetensorsMissing", name);
    if (actual.join() !== shape.join()) {
      throw new TernelError("safetensorsShape", `${name}: [${actual.join(", ")}] instead of [${shape.join(", ")}]`);
    }
    tensors.set(name, file.tensor(name));
  }
  return tensors;
}

/** Reads a model folder: model.safetensors, config.json and tokenizer.json. */
export function readCheckpoint(folder: string): Checkpoint {
  const config = readConfig(readModelFile(folder, "config.json"));
  const tokenizer = readTokenizer(readModelFile(folder, "tokenizer.json"), config.vocabulary);
  requireFile(folder, "model.safetensors");
  const tensors = withFile(join(folder, "model.safetensors"), (source) => readTensors(new Safetensors(source), config));
  return { config, tokenizer, tensors };
}

function requireFile(folder: string, name: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) throw new TernelError("fileMissing", folder);
  if (statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() !== true) {
    throw new TernelError("modelFolder", `${folder}: ${name} is missing`);
  }
}

function readModelFile(folder: string, name: string): Uint8Array {
  requireFile(folder, name);
  try {
    return readFileSync(join(folder, name));
  } catch {
    throw new TernelError("fileUnreadable", join(folder, name));
  }
}

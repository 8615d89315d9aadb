import { limits } from "../container/format.ts";
import { TernelError } from "../errors.ts";
import { isWhole, parseObject } from "./json.ts";
import type { JsonObject } from "./json.ts";

/** What config.json says about a model. */
export interface ModelConfig {
  readonly vocabulary: number;
  readonly dimension: number;
  readonly layers: number;
  readonly intermediate: number;
  /** `undefined` where config.json has none: the end token then serves. */
  readonly startToken: number | undefined;
  readonly endToken: number;
}

/** Fields that may be absent, but if they are there, must have this value: the engine computes nothing else. */
const fixedFields: Readonly<Record<string, unknown>> = {
  num_heads: 1,
  expand_ratio: 1,
  hidden_act: "swish",
  rms_norm_eps: 1e-6,
  use_short_conv: false,
  use_lower_bound: true,
  tie_word_embeddings: false,
};

/** Reads and checks config.json. */
export function readConfig(bytes: Uint8Array): ModelConfig {
  const config = parseObject(bytes, "configJson", "configJson");
  if (config["model_type"] !== "hgrn_bit") throw new TernelError("configModelType", JSON.stringify(config["model_type"]));
  for (const [field, value] of Object.entries(fixedFields)) {
    if (Object.hasOwn(config, field) && config[field] !== value) {
      throw new TernelError("configFeature", `${field}: ${JSON.stringify(config[field])}`);
    }
  }
  const vocabulary = shapeField(config, "vocab_size", limits.vocabulary);
  const dimension = shapeField(config, "hidden_size", limits.dimension);
  const endToken = tokenField(config, "eos_token_id", vocabulary);
  if (endToken === undefined) throw new TernelError("configField", "eos_token_id");
  return {
    vocabulary,
    dimension,
    layers: shapeField(config, "num_hidden_layers", limits.layers),
    intermediate: intermediateSize(config, dimension),
    startToken: tokenField(config, "bos_token_id", vocabulary),
    endToken,
  };
}

function shapeField(config: JsonObject, field: string, limit: number): number {
  const value = config[field];
  if (!isWhole(value)) throw new TernelError("configField", field);
  if (value < 1 || value > limit) throw new TernelError("configLimit", `${field}: ${value}`);
  return value;
}

function tokenField(config: JsonObject, field: string, vocabulary: number): number | undefined {
  const value = config[field];
  if (value === undefined || value === null) return undefined;
  if (!isWhole(value)) throw new TernelError("configField", field);
  if (value >= vocabulary) throw new TernelError("configLimit", `${field}: ${value}`);
  return value;
}

/** The public rule where intermediate_size is null: two thirds of hidden_ratio * d, up to a multiple of 256. */
function intermediateSize(config: JsonObject, dimension: number): number {
  const given = config["intermediate_size"];
  if (given !== undefined && given !== null) return shapeField(config, "intermediate_size", limits.intermediate);
  const ratio = config["hidden_ratio"] ?? 4;
  if (!isWhole(ratio) || ratio === 0) throw new TernelError("configField", "hidden_ratio");
  const size = 256 * Math.ceil(Math.trunc((dimension * ratio * 2) / 3) / 256);
  if (size > limits.intermediate) throw new TernelError("configLimit", `intermediate size: ${size}`);
  return size;
}

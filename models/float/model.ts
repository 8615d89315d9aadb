// The float fake-quantised model (design.md section 2): the model as it was trained, in double precision, with the ternary weights
// and 8-bit activations applied. It is what the integer engines are measured against, and what calibration observes.
import { matrixShape } from "../container/layout.ts";
import { layerMatrixNames } from "../container/format.ts";
import type { LayerMatrixName } from "../container/format.ts";
import { lowerBounds, quantiseRows, ternarise } from "../convert/ternarise.ts";
import type { QuantisedRows } from "../convert/ternarise.ts";
import { publicMatrixName } from "../input/checkpoint.ts";
import type { Checkpoint } from "../input/checkpoint.ts";
import type { ModelConfig } from "../input/config.ts";
import { multiplyPairs, pairRows } from "./row-pairs.ts";

/** One BitLinear: the norm's gain, the ternary weights and their scale. */
export interface FloatLinear {
  readonly rows: number;
  readonly columns: number;
  readonly gain: Float32Array;
  readonly trits: Int8Array;
  /** The trits once more, for fast products: see row-pairs.ts. */
  readonly pairs: Int32Array;
  readonly mean: number;
}

export interface FloatLayer {
  readonly attentionNorm: Float32Array;
  readonly gateNorm: Float32Array;
  readonly mlpNorm: Float32Array;
  readonly linears: Readonly<Record<LayerMatrixName, FloatLinear>>;
  readonly lowerBound: Float64Array;
}

/** A checkpoint with its weights cut to three values, its embedding to 8 bits. */
export interface FloatModel {
  readonly config: ModelConfig;
  readonly startToken: number;
  readonly embedding: QuantisedRows;
  readonly layers: readonly FloatLayer[];
  readonly norm: Float32Array;
  readonly head: FloatLinear;
}

/** Prepares a checkpoint for computing and packing. */
export function floatModel({ config, tensors }: Checkpoint): FloatModel {
  const tensor = (name: string): Float32Array => {
    const values = tensors.get(name);
    if (values === undefined) throw new Error(`no tensor ${name}`);
    return values;
  };
  const linear = (name: string, [rows, columns]: readonly [number, number]): FloatLinear => {
    const { trits, mean } = ternarise(tensor(`${name}.weight`));
    return { rows, columns, gain: tensor(`${name}.norm.weight`), trits, pairs: pairRows(trits, rows, columns), mean };
  };
  const bounds = lowerBounds(tensor("model.lower_bounds"), config.layers);
  const layers = bounds.map((lowerBound, l): FloatLayer => {
    const prefix = `model.layers.${l}`;
    const linears = layerMatrixNames.map(
      (name) => [name, linear(`${prefix}.${publicMatrixName[name]}`, matrixShape[name](config))] as const,
    );
    return {
      attentionNorm: tensor(`${prefix}.attn_norm.weight`),
      gateNorm: tensor(`${prefix}.attn.g_norm.weight`),
      mlpNorm: tensor(`${prefix}.mlp_norm.weight`),
      linears: Object.fromEntries(linears) as Record<LayerMatrixName, FloatLinear>,
      lowerBound,
    };
  });
  return {
    config,
    startToken: config.startToken ?? config.endToken,
    embedding: quantiseRows(tensor("model.embeddings.weight"), config.dimension),
    layers,
    norm: tensor("model.norm.weight"),
    head: linear("lm_head", [config.vocabulary, config.dimension]),
  };
}

/** Told of every vector of a step, by the name of the tensor whose fraction it will get. */
export type FloatObserver = (tensor: string, vector: Float64Array) => void;

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const silu = (z: number): number => z * sigmoid(z);

/** gamma * x / sqrt(mean(x^2) + 1e-6) */
function rmsNorm(x: Float64Array, gamma: Float32Array): Float64Array {
  let squares = 0;
  for (const value of x) squares += value * value;
  const factor = 1 / Math.sqrt(squares / x.length + 1e-6);
  return x.map((value, i) => value * factor * (gamma[i] ?? 0));
}

function bitLinear(linear: FloatLinear, x: Float64Array): Float64Array {
  const normed = rmsNorm(x, linear.gain);
  let largest = 1e-5;
  for (const value of normed) largest = Math.max(largest, Math.abs(value));
  const scale = 127 / largest;
  const q = new Int8Array(normed.length); // loops instead of from(): they are several times faster
  for (let i = 0; i < q.length; i++) q[i] = Math.round((normed[i] ?? 0) * scale);
  const sums = multiplyPairs(linear.pairs, linear.rows, q);
  const output = new Float64Array(sums.length);
  for (let j = 0; j < output.length; j++) output[j] = ((sums[j] ?? 0) * linear.mean) / scale;
  return output;
}

/** A sequence being read by the float model. */
export class FloatSequence {
  readonly #model: FloatModel;
  readonly #observe: FloatObserver | undefined;
  readonly #state: readonly Float64Array[];

  constructor(model: FloatModel, observe?: FloatObserver) {
    this.#model = model;
    this.#observe = observe;
    this.#state = model.layers.map(() => new Float64Array(model.config.dimension));
  }

  /** Takes one token; returns the logits of the next one. */
  step(token: number): Float64Array {
    const { config, embedding, layers, norm, head } = this.#model;
    const step = embedding.steps[token] ?? 0;
    let x: Float64Array = Float64Array.from(
      embedding.values.subarray(token * config.dimension, (token + 1) * config.dimension),
      (q) => q * step,
    );
    this.#observe?.("residual", x);
    for (const [l, layer] of layers.entries()) {
      x = this.#add(x, this.#mixTime(x, l, layer));
      x = this.#add(x, this.#mixChannels(x, l, layer));
    }
    const y = rmsNorm(x, norm);
    this.#observe?.("finalNorm", y);
    const logits = bitLinear(head, y);
    this.#observe?.("logits", logits);
    return logits;
  }

  #add(x: Float64Array, y: Float64Array): Float64Array {
    const sum = x.map((value, i) => value + (y[i] ?? 0));
    this.#observe?.("residual", y);
    this.#observe?.("residual", sum);
    return sum;
  }

  #mixTime(x: Float64Array, l: number, { attentionNorm, gateNorm, linears, lowerBound }: FloatLayer): Float64Array {
    const h = this.#state[l] ?? new Float64Array();
    const n = rmsNorm(x, attentionNorm);
    const f = bitLinear(linears.forget, n);
    const i = bitLinear(linears.candidate, n);
    const g = bitLinear(linears.gate, n);
    const gn = rmsNorm(g, gateNorm);
    const o = gn.map((gate, channel) => {
      const bound = l === 0 ? 0 : (lowerBound[channel] ?? 0);
      const keep = bound + (1 - bound) * sigmoid(f[channel] ?? 0);
      const state = keep * (h[channel] ?? 0) + (1 - keep) * silu(i[channel] ?? 0);
      h[channel] = state;
      return gate * silu(state);
    });
    this.#report(l, { attentionNorm: n, forget: f, candidate: i, gate: g, normedGate: gn, gatedOutput: o });
    this.#observe?.(`layers.${l}.candidate`, h);
    return bitLinear(linears.output, o);
  }

  #mixChannels(x: Float64Array, l: number, { mlpNorm, linears }: FloatLayer): Float64Array {
    const m = rmsNorm(x, mlpNorm);
    const u = bitLinear(linears.gateUp, m);
    const half = u.length / 2;
    const p = Float64Array.from({ length: half }, (_, j) => silu(u[j] ?? 0) * (u[half + j] ?? 0));
    this.#report(l, { mlpNorm: m, gateUp: u, product: p });
    return bitLinear(linears.down, p);
  }

  #report(layer: number, vectors: Readonly<Record<string, Float64Array>>): void {
    if (this.#observe === undefined) return;
    for (const [name, vector] of Object.entries(vectors)) this.#observe(`layers.${layer}.${name}`, vector);
  }
}

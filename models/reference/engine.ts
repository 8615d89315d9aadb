// docs/numerics.md section 5: one token through the model, in plain loops.
import type { Layer, Model } from "../container/model.ts";
import { multiplyShift, roundShift, saturate24 } from "./arithmetic.ts";
import { bitLinear } from "./bit-linear.ts";
import { rmsNorm } from "./norm.ts";
import { sigmoid, silu } from "./sigmoid.ts";

/** Told of every vector that a step computes: its tensor's name (as calibration names it) and its elements. */
export type Observer = (tensor: string, vector: Int32Array) => void;

/** The integer reference engine. Its only state between tokens is one vector per layer. */
export class ReferenceEngine {
  readonly #model: Model;
  readonly #observe: Observer | undefined;
  #state: Int32Array[] = [];

  constructor(model: Model, observe?: Observer) {
    this.#model = model;
    this.#observe = observe;
    this.reset();
  }

  /** Forgets everything: the next token begins a sequence. */
  reset(): void {
    this.#state = this.#model.layers.map(() => new Int32Array(this.#model.dimension));
  }

  /** Takes one token; returns the logits of the next one, with the model's logits fraction. */
  step(token: number): Int32Array {
    const { fractions, head } = this.#model;
    let x = this.#embed(token);
    this.#observe?.("residual", x);
    for (const [l, layer] of this.#model.layers.entries()) {
      x = this.#add(x, this.#mixTime(x, l, layer));
      x = this.#add(x, this.#mixChannels(x, l, layer));
    }
    const y = rmsNorm(x, head.norm, fractions.finalNorm);
    this.#observe?.("finalNorm", y);
    const logits = bitLinear(head.matrix, y, head.gain, fractions.logits);
    this.#observe?.("logits", logits);
    return logits;
  }

  #embed(token: number): Int32Array {
    const { dimension, vocabulary, embedding, fractions } = this.#model;
    const scale = embedding.scales[token];
    if (scale === undefined || token >= vocabulary) throw new RangeError(`token ${token} is outside the vocabulary`);
    const shift = Math.max(0, Math.min(63, scale.exponent - fractions.residual));
    const row = embedding.values.subarray(token * dimension, (token + 1) * dimension);
    return Int32Array.from(row, (value) => saturate24(roundShift(value * scale.mantissa, shift)));
  }

  #add(x: Int32Array, y: Int32Array): Int32Array {
    const sum = x.map((value, i) => saturate24(value + (y[i] ?? 0)));
    this.#observe?.("residual", sum);
    return sum;
  }

  /** The gated recurrence: the only place where tokens meet. */
  #mixTime(x: Int32Array, l: number, layer: Layer): Int32Array {
    const { fractions, gains, lowerBound, matrices } = layer;
    const h = this.#state[l] ?? new Int32Array();
    const n = rmsNorm(x, gains.attentionNorm, fractions.attentionNorm);
    const f = bitLinear(matrices.forget, n, gains.forget, fractions.forget);
    const i = bitLinear(matrices.candidate, n, gains.candidate, fractions.candidate);
    const g = bitLinear(matrices.gate, n, gains.gate, fractions.gate);
    const gn = rmsNorm(g, gains.gateNorm, fractions.normedGate);
    const o = new Int32Array(x.length);
    for (let channel = 0; channel < x.length; channel++) {
      const bound = l === 0 ? 0 : (lowerBound[channel] ?? 0);
      const keep = bound + roundShift((65536 - bound) * sigmoid(f[channel] ?? 0, fractions.forget), 16);
      const candidate = silu(i[channel] ?? 0, fractions.candidate);
      const state = saturate24(roundShift(keep * (h[channel] ?? 0) + (65536 - keep) * candidate, 16));
      h[channel] = state;
      const shift = fractions.normedGate + fractions.candidate - fractions.gatedOutput;
      o[channel] = saturate24(multiplyShift(gn[channel] ?? 0, silu(state, fractions.candidate), shift));
    }
    const result = bitLinear(matrices.output, o, gains.output, this.#model.fractions.residual);
    this.#report(l, { attentionNorm: n, forget: f, candidate: i, state: h, gate: g, normedGate: gn, gatedOutput: o });
    this.#observe?.("residual", result);
    return result;
  }

  /** The gated linear unit. */
  #mixChannels(x: Int32Array, l: number, layer: Layer): Int32Array {
    const { fractions, gains, matrices } = layer;
    const m = rmsNorm(x, gains.mlpNorm, fractions.mlpNorm);
    const u = bitLinear(matrices.gateUp, m, gains.gateUp, fractions.gateUp);
    const half = u.length / 2;
    const p = Int32Array.from({ length: half }, (_, j) => {
      const shift = 2 * fractions.gateUp - fractions.product;
      return saturate24(multiplyShift(silu(u[j] ?? 0, fractions.gateUp), u[half + j] ?? 0, shift));
    });
    const result = bitLinear(matrices.down, p, gains.down, this.#model.fractions.residual);
    this.#report(l, { mlpNorm: m, gateUp: u, product: p });
    this.#observe?.("residual", result);
    return result;
  }

  #report(layer: number, vectors: Readonly<Record<string, Int32Array>>): void {
    if (this.#observe === undefined) return;
    for (const [name, vector] of Object.entries(vectors)) this.#observe(`layers.${layer}.${name}`, vector);
  }
}

// docs/numerics.md section 6: from logits to a token.
import { exponentialTable } from "../tables.ts";

/** How tokens are chosen. */
export interface SamplerSettings {
  /** In thousandths: 0 (greedy) to 10000. */
  readonly temperature: number;
  /** In thousandths: 1 to 1000. */
  readonly topP: number;
  /** 64 bits. */
  readonly seed: bigint;
}

const mask64 = 2n ** 64n - 1n;

/** SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014), the upper 32 bits of each output. */
export class RandomSource {
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = seed & mask64;
  }

  next(): bigint {
    this.#state = (this.#state + 0x9e37_79b9_7f4a_7c15n) & mask64;
    let z = this.#state;
    z = ((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & mask64;
    z = ((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn) & mask64;
    return (z ^ (z >> 31n)) >> 32n;
  }
}

/** Chooses tokens. One sampler serves one run: it holds the state of the random numbers. */
export class Sampler {
  readonly #settings: SamplerSettings;
  readonly #random: RandomSource;

  constructor(settings: SamplerSettings) {
    this.#settings = settings;
    this.#random = new RandomSource(settings.seed);
  }

  /** The next token, from logits with the given fraction. */
  choose(logits: Int32Array, fraction: number): number {
    if (this.#settings.temperature === 0) return greatest(logits);
    const weights = softmaxWeights(logits, fraction, this.#settings.temperature);
    const order = Array.from(weights.keys()).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const wanted = Number((BigInt(total) * BigInt(this.#settings.topP)) / 1000n);
    let kept = 0;
    let count = 0;
    while (count === 0 || (kept < wanted && count < order.length)) kept += weights[order[count++] ?? 0] ?? 0;
    const pick = Number((BigInt(kept) * this.#random.next()) >> 32n);
    let sum = 0;
    for (const token of order.slice(0, count)) {
      sum += weights[token] ?? 0;
      if (sum > pick) return token;
    }
    throw new Error("the running sum ends at kept, which is above pick");
  }
}

/** The id of the largest logit, the lowest of equal ones. */
function greatest(logits: Int32Array): number {
  return logits.reduce((best, logit, token) => (logit > (logits[best] ?? 0) ? token : best), 0);
}

/** 2^30 * softmax(logits / temperature), not normalised: the largest logit has 2^30. A sum of 2^18 of them is exact in a double. */
export function softmaxWeights(logits: Int32Array, fraction: number, temperature: number): Float64Array {
  const largest = logits.reduce((max, logit) => Math.max(max, logit), -Infinity);
  const c = Math.floor(94548463 / temperature); // log2(e) * 2^16 * 1000 / temperature
  return Float64Array.from(logits, (logit) => {
    const z = Math.floor(((largest - logit) * c) / 2 ** fraction); // below 2^51
    const whole = Math.floor(z / 65536);
    if (whole >= 31) return 0;
    const part = z % 65536;
    const j = part >> 8;
    const high = exponentialTable[j] ?? 0;
    const low = exponentialTable[j + 1] ?? 0;
    return (high - (((high - low) * (part & 255) + 128) >> 8)) >> whole;
  });
}

import { limits, smallestMantissa } from "../container/format.ts";
import type { Gain, Scale } from "../container/model.ts";
import { TernelError } from "../errors.ts";

/** The nearest Scale of a real number >= 0. What is too small to matter becomes the smallest Scale. */
export function scaleOf(value: number, what: string): Scale {
  const smallest = { mantissa: smallestMantissa, exponent: limits.scaleExponent };
  if (value < smallestMantissa * 2 ** -limits.scaleExponent) return smallest;
  let exponent = -limits.scaleExponent;
  if (Math.round(value * 2 ** exponent) > 0xffff) throw new TernelError("packScale", what);
  while (Math.round(value * 2 ** (exponent + 1)) <= 0xffff) exponent++;
  const mantissa = Math.round(value * 2 ** exponent);
  return exponent > limits.scaleExponent ? smallest : { mantissa, exponent };
}

/** The largest fraction up to 20 at which |value| * 2^fraction rounds to at most `limit`; `undefined` if there is none. */
export function largestFraction(value: number, limit: number): number | undefined {
  for (let fraction: number = limits.fraction; fraction >= 0; fraction--) {
    if (Math.round(value * 2 ** fraction) <= limit) return fraction;
  }
  return undefined;
}

/**
 * The integer gain of an RMSNorm over `gamma.length` elements.
 *
 * @param inputFraction - the fraction of the norm's input, which the epsilon is relative to
 */
export function gainOf(gamma: Float32Array, inputFraction: number, what: string): Gain {
  const n = gamma.length;
  const scaled = Float64Array.from(gamma, (value) => value * Math.sqrt(n));
  const largest = scaled.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const fraction = largestFraction(largest, 0x7fff);
  if (fraction === undefined) throw new TernelError("packGain", what);
  return {
    fraction,
    epsilon: BigInt(Math.round(n * 1e-6 * 2 ** (2 * inputFraction))),
    values: Int16Array.from(scaled, (value) => Math.round(value * 2 ** fraction)),
  };
}

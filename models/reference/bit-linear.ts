// docs/numerics.md section 3: a ternary matrix times a vector that is normed and cut to 8 bits on the way.
import { rowStride } from "../container/layout.ts";
import type { Gain, Matrix, Scale } from "../container/model.ts";
import {
  bitLength,
  multiplyScales,
  multiplyShift,
  reciprocalSquareRoot,
  roundShift,
  saturate24,
  sumOfSquares,
} from "./arithmetic.ts";
import { multiplyPacked } from "./multiply-packed.ts";

/** The input of a matrix: 8-bit activations, and the two scales that turn them back into normed values. */
export interface Activation {
  readonly values: Int8Array;
  /** The largest absolute value before the cut to 8 bits, and the reciprocal root; `undefined` where all activations are zero. */
  readonly scales: readonly [largest: Scale, root: Scale] | undefined;
}

/** The norm inside a BitLinear, and the rounding to 8 bits by absolute maximum. `sum` is x's sum of squares. */
export function quantise(x: Int32Array, gain: Gain, sum: bigint = sumOfSquares(x)): Activation {
  const values = new Int8Array(x.length);
  const squares = sum + gain.epsilon;
  const gained = Float64Array.from(x, (value, i) => value * (gain.values[i] ?? 0));
  const largest = gained.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  if (squares === 0n || largest === 0) return { values, scales: undefined };
  const root = reciprocalSquareRoot(squares);
  const k = bitLength(largest) - 16;
  const mantissa = Math.floor(largest / 2 ** k); // 32768 <= mantissa < 65536
  const c = Math.floor((127 * 2 ** 24) / mantissa);
  for (let i = 0; i < x.length; i++) {
    values[i] = Math.max(-127, Math.min(127, multiplyShift(gained[i] ?? 0, c, 24 + k)));
  }
  return {
    values,
    scales: [
      { mantissa, exponent: -k },
      { mantissa: root.mantissa, exponent: root.exponent + gain.fraction },
    ],
  };
}

/** The multiplier and shift that turn a matrix's sums into a vector with the fraction `fraction`. */
export function rescaler(
  scale: Scale,
  activation: Activation,
  fraction: number,
): { readonly mantissa: number; readonly shift: number } {
  if (activation.scales === undefined) return { mantissa: 0, shift: 0 };
  const [largest, root] = activation.scales;
  const { mantissa, exponent } = multiplyScales(multiplyScales(scale, largest), root);
  return { mantissa, shift: Math.max(0, Math.min(63, exponent - fraction)) };
}

/** A ternary matrix times the normed and quantised x, as a vector with the fraction `fraction`. */
export function bitLinear(matrix: Matrix, x: Int32Array, gain: Gain, fraction: number): Int32Array {
  const activation = quantise(x, gain);
  const { mantissa, shift } = rescaler(matrix.scale, activation, fraction);
  const sums = multiplyPacked(matrix.packed, matrix.rows, rowStride(matrix.columns), activation.values);
  return sums.map((sum) => saturate24(roundShift(sum * mantissa, shift)));
}

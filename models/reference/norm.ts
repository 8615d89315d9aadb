// docs/numerics.md section 2.
import type { Gain } from "../container/model.ts";
import { multiplyShift, reciprocalSquareRoot, roundShift, saturate24, sumOfSquares } from "./arithmetic.ts";

/** RMSNorm of x (any fraction) into a vector with the fraction `fraction`. `sum` is x's sum of squares. */
export function rmsNorm(x: Int32Array, gain: Gain, fraction: number, sum: bigint = sumOfSquares(x)): Int32Array {
  const squares = sum + gain.epsilon;
  const output = new Int32Array(x.length);
  if (squares === 0n) return output;
  const { mantissa: r, exponent: e } = reciprocalSquareRoot(squares);
  for (let i = 0; i < x.length; i++) {
    const unit = roundShift((x[i] ?? 0) * r, e - 22);
    output[i] = saturate24(multiplyShift(unit, gain.values[i] ?? 0, 22 + gain.fraction - fraction));
  }
  return output;
}

// docs/numerics.md section 4.
import { sigmoidTable } from "../tables.ts";
import { multiplyShift, roundShift, saturate24 } from "./arithmetic.ts";

/** sigmoid(z * 2^-fraction) as Q16, 0..65536. */
export function sigmoid(z: number, fraction: number): number {
  const v = roundShift(z, fraction - 12);
  const magnitude = Math.min(Math.abs(v), 65535);
  const k = magnitude >> 6;
  const low = sigmoidTable[k] ?? 0;
  const high = sigmoidTable[k + 1] ?? 0;
  const s = 32768 + low + (((high - low) * (magnitude & 63) + 32) >> 6);
  return v < 0 ? 65536 - s : s;
}

/** z * sigmoid(z), in the fraction of z. */
export function silu(z: number, fraction: number): number {
  return saturate24(multiplyShift(z, sigmoid(z, fraction), 16));
}

// docs/numerics.md section 1, exactly. Numbers are JavaScript's doubles, which hold whole numbers up to 2^53; where a product may
// be larger, it is computed with BigInt.
import type { Scale } from "../container/model.ts";

const powersOfTwo: readonly number[] = Array.from({ length: 64 }, (_, exponent) => 2 ** exponent);

/** 2^exponent for 0 <= exponent <= 63. */
function powerOfTwo(exponent: number): number {
  return powersOfTwo[exponent] ?? 2 ** exponent;
}

/** R(v, s): v * 2^-s, half rounded up; exact for s <= 0. Needs |v| <= 2^52. */
export function roundShift(value: number, shift: number): number {
  if (shift <= 0) return value * powerOfTwo(-shift);
  if (shift > 53) return 0; // |v| is less than half of 2^shift, or the negative half, which rounds up
  return Math.floor((value + powerOfTwo(shift - 1)) / powerOfTwo(shift));
}

/** R(a * b, s), exact for any a and b whose product stays below 2^63. */
export function multiplyShift(a: number, b: number, shift: number): number {
  const product = a * b;
  if (product <= 2 ** 52 && product >= -(2 ** 52)) return roundShift(product, shift);
  const exact = BigInt(a) * BigInt(b);
  return Number(shift > 0 ? (exact + (1n << BigInt(shift - 1))) >> BigInt(shift) : exact << BigInt(-shift));
}

/** S24(v): the nearest signed 24-bit number. */
export function saturate24(value: number): number {
  return value > 0x7f_ffff ? 0x7f_ffff : value < -0x80_0000 ? -0x80_0000 : value;
}

/** The bit length of a whole number below 2^53: 0 for 0, 8 for 255. */
export function bitLength(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));
}

/** The product of two scales, its mantissa cut to 16 bits. */
export function multiplyScales(a: Scale, b: Scale): Scale {
  const product = a.mantissa * b.mantissa;
  const shift = product >= 2 ** 31 ? 16 : 15;
  return { mantissa: Math.floor(product / 2 ** shift), exponent: a.exponent + b.exponent - shift };
}

/** 1 / sqrt(v) for 0 < v < 2^64, with a relative error below 2^-14. */
export function reciprocalSquareRoot(value: bigint): Scale {
  const bits = value.toString(2).length;
  const k = bits - 32 + (bits % 2); // even, so that 2^30 <= w < 2^32
  const w = Number(k >= 0 ? value >> BigInt(k) : value << BigInt(-k));
  const root = Math.floor(Math.sqrt(w));
  return { mantissa: Math.min(Math.floor(2 ** 31 / root), 0xffff), exponent: 31 + k / 2 };
}

/** The exact sum of squares of 24-bit numbers. */
export function sumOfSquares(x: Int32Array): bigint {
  let total = 0n;
  let part = 0; // at most 64 squares of 2^46 each
  for (let i = 0; i < x.length; i++) {
    const value = x[i] ?? 0;
    part += value * value;
    if (i % 64 === 63) {
      total += BigInt(part);
      part = 0;
    }
  }
  return total + BigInt(part);
}

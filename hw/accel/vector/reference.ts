/** For tests: docs/numerics.md in exact integers, with divisions in place of shifts. */

const floorDivide = (a: bigint, b: bigint): bigint => a / b - (a % b < 0n ? 1n : 0n);

/** 2^exponent times a number, rounded down. */
export function scaled(value: bigint, exponent: bigint): bigint {
  return exponent >= 0n ? value * 2n ** exponent : floorDivide(value, 2n ** -exponent);
}

/** R(v, s): the whole number nearest to v / 2^s, the upper one of two. */
export function rounded(v: bigint, s: bigint): bigint {
  return s > 0n ? floorDivide(2n * v + 2n ** s, 2n ** (s + 1n)) : v * 2n ** -s;
}

/** The nearest signed number of `width` bits. */
export function saturatedReference(v: bigint, width: number): bigint {
  const limit = 2n ** BigInt(width - 1);
  return v >= limit ? limit - 1n : v < -limit ? -limit : v;
}

export function bitLength(v: bigint): bigint {
  let bits = 0n;
  for (let rest = v; rest > 0n; rest /= 2n) bits++;
  return bits;
}

/** floor(sqrt(v)), by bisection. */
export function squareRootReference(v: bigint): bigint {
  let [low, high] = [0n, v + 1n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle * middle <= v) low = middle;
    else high = middle;
  }
  return low;
}

export interface ExactScale {
  readonly mantissa: bigint;
  readonly exponent: bigint;
}

/** Section 1: the reciprocal square root of v > 0. */
export function reciprocalSquareRootReference(v: bigint): ExactScale {
  const b = bitLength(v);
  const k = b % 2n === 0n ? b - 32n : b - 31n;
  const quotient = 2n ** 31n / squareRootReference(scaled(v, -k));
  return { mantissa: quotient < 65535n ? quotient : 65535n, exponent: 31n + k / 2n };
}

/** Section 1: the product of two scales. */
export function scaleProductReference(a: ExactScale, b: ExactScale): ExactScale {
  const p = a.mantissa * b.mantissa;
  const drop = p >= 2n ** 31n ? 16n : 15n;
  return { mantissa: p / 2n ** drop, exponent: a.exponent + b.exponent - drop };
}

/** Section 3: what a vector's maximum and root give; all zeros where one of them is 0. */
export function quantiseReference(
  sum: bigint,
  maximum: bigint,
  matrix: ExactScale,
  gainFraction: bigint,
  fractionOut: bigint,
): { readonly factor: bigint; readonly factorShift: bigint; readonly mantissa: bigint; readonly shift: bigint } {
  if (sum === 0n || maximum === 0n) return { factor: 0n, factorShift: 0n, mantissa: 0n, shift: 0n };
  const root = reciprocalSquareRootReference(sum);
  const k = bitLength(maximum) - 16n;
  const mantissa = scaled(maximum, -k);
  const first = scaleProductReference(matrix, { mantissa, exponent: -k });
  const second = scaleProductReference(first, { mantissa: root.mantissa, exponent: root.exponent + gainFraction });
  const shift = second.exponent - fractionOut;
  return {
    factor: (127n * 2n ** 24n) / mantissa,
    factorShift: 24n + k,
    mantissa: second.mantissa,
    shift: shift < 0n ? 0n : shift > 63n ? 63n : shift,
  };
}

/** Section 4, from the real function: the table's entries are rounded from it. */
export function sigmoidReference(z: bigint, fraction: bigint): bigint {
  const entry = (k: bigint): bigint => BigInt(Math.round(32768 * Math.tanh(Number(k < 1023n ? k : 1023n) / 128)));
  const v = rounded(z, fraction - 12n);
  const magnitude = v < -65535n || v > 65535n ? 65535n : v < 0n ? -v : v;
  const [k, w] = [magnitude / 64n, magnitude % 64n];
  const s = 32768n + entry(k) + ((entry(k + 1n) - entry(k)) * w + 32n) / 64n;
  return v < 0n ? 65536n - s : s;
}

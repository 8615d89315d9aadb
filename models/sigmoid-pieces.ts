// The sigmoid's table as a curve, for processors that compute faster than they look up: a cubic for each of 32 pieces of the table,
// which gives every entry exactly. firmware/kernels/sigmoid_pieces.h evaluates it.

/** Coefficients of x^0, x^1, x^2, x^3: floats of 32 bits. The first is an integer and contains `roundingBias`. */
export type Piece = readonly [number, number, number, number];

/** Added to a number below 2^22 it leaves no room for a fraction: the sum is rounded, and its lower bits are an integer. */
export const roundingBias = 1.5 * 2 ** 23;

/** x = k + 64 is in one of four octaves, from 64 to 1024; each has eight pieces. */
const firstX = 64;
const octaves = 4;
const piecesOfOctave = 8;

/** As the processor computes it: three products with sums, each rounded once to a float of 32 bits. */
export function evaluatePiece([c0, c1, c2, c3]: Piece, x: number): number {
  return Math.fround(Math.fround(Math.fround(c3 * x + c2) * x + c1) * x + c0);
}

/**
 * Weights of the functions of a basis such that their sum misses no target(x), x = first..last, by more than `margin`: each that is
 * missed moves the weights by the least that hits it (Kaczmarz's method), until none is.
 */
function fit(
  basis: readonly ((x: number) => number)[],
  target: (x: number) => number,
  [first, last]: readonly [number, number],
): number[] {
  const margin = 0.49;
  const weights = basis.map(() => 0);
  for (let sweep = 0, missed = true; missed; sweep++) {
    if (sweep > 10_000) throw new Error(`no cubic hits the sigmoid's entries ${first - firstX} to ${last - firstX}`);
    missed = false;
    for (let x = first; x <= last; x++) {
      const values = basis.map((value) => value(x));
      const error = values.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), -target(x));
      if (Math.abs(error) <= margin) continue;
      missed = true;
      const step = (Math.sign(error) * margin * 0.98 - error) / values.reduce((sum, value) => sum + value ** 2, 0);
      for (const [i, value] of values.entries()) weights[i] = (weights[i] ?? 0) + step * value;
    }
  }
  return weights;
}

function pieceOf(table: Uint16Array, first: number, last: number): Piece {
  const entry = (x: number): number => table[x - firstX] ?? 0;
  const middle = (first + last) / 2;
  const radius = (last - first) / 2;
  // Legendre's polynomials, which hardly depend on each other between `first` and `last`.
  const t = (x: number): number => (x - middle) / radius;
  const square = (x: number): number => (3 * t(x) ** 2 - 1) / 2;
  const cube = (x: number): number => (5 * t(x) ** 3 - 3 * t(x)) / 2;
  // The first coefficient must be an integer: with the nearest one the others are found again.
  const cubic = [(): number => 1, t, square, cube];
  const start = fit(cubic, entry, [first, last]).reduce((sum, weight, i) => sum + weight * (cubic[i]?.(0) ?? 0), 0);
  const integer = Math.round(start);
  const rest = [t, square].map((value) => (x: number) => x * value(x));
  const [b0 = 0, b1 = 0, b2 = 0] = fit([(x) => x, ...rest], (x) => entry(x) - integer, [first, last]);
  const c3 = Math.fround((1.5 * b2) / radius ** 2);
  const c2 = Math.fround(b1 / radius - 2 * middle * c3);
  const c1 = Math.fround(b0 - b2 / 2 - middle * (c2 + middle * c3));
  return [roundingBias + integer, c1, c2, c3];
}

/** The five bits of x as a float that number its piece: the exponent's last two and the mantissa's first three. */
export function pieceNumber(x: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, x);
  return (bits.getUint32(0) >>> 20) & 31;
}

/** The pieces of T[0..960] by number. Each also gives the first entry of the next one, so that a step needs one piece only. */
export function sigmoidPieces(table: Uint16Array): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < octaves * piecesOfOctave; i++) {
    const octave = firstX * 2 ** Math.floor(i / piecesOfOctave);
    const width = octave / piecesOfOctave;
    const first = octave + (i % piecesOfOctave) * width;
    pieces[pieceNumber(first)] = pieceOf(table, first, first + width);
  }
  return pieces;
}

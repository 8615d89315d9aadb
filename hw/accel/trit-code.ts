/**
 * The packing of five trits into one byte.
 *
 * A trit is a pair (nonzero n, sign s): n = 0 is 0 whatever s says. Four pairs are the eight bits of the byte themselves: bit k is n of
 * trit k, bit 4 + k its s. Where trit k is 0 its s is free, and the free bits carry the fifth trit. (Draft: being searched.)
 */
export type Trit = -1 | 0 | 1;
export type FiveTrits = readonly [Trit, Trit, Trit, Trit, Trit];

const draft = (byte: number): FiveTrits => {
  const code = Math.min(byte, 242);
  const digit = (place: number): Trit => [-1, 0, 1][Math.floor(code / 3 ** place) % 3] as Trit;
  return [digit(0), digit(1), digit(2), digit(3), digit(4)];
};

/** The five trits of every byte; total over 0..255. */
export function decodeTrits(byte: number): FiveTrits {
  if (!Number.isInteger(byte) || byte < 0 || byte > 255) throw new RangeError(`not a byte: ${byte}`);
  return draft(byte);
}

const indexOf = (five: readonly number[]): number => five.reduce((index, trit) => index * 3 + trit + 1, 0);

const codes: readonly number[] = (() => {
  const table = new Array<number>(243).fill(-1);
  for (let byte = 255; byte >= 0; byte--) table[indexOf(decodeTrits(byte))] = byte;
  return table;
})();

/** The byte of five trits (row 0 first); the smallest one where several decode to them. */
export function encodeTrits(five: readonly number[]): number {
  if (five.length !== 5 || !five.every((trit) => trit === -1 || trit === 0 || trit === 1)) {
    throw new RangeError(`not five trits: ${five.join(", ")}`);
  }
  const code = codes[indexOf(five)];
  if (code === undefined || code < 0) throw new Error(`the code lacks ${five.join(", ")}`);
  return code;
}

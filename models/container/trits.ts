// The packing of a ternary matrix: one byte is one column of five consecutive rows (see hw/accel/trit-code.ts).
import { decodeTrits, encodeTrits } from "../../hw/accel/trit-code.ts";
import { rowsPerByte } from "./format.ts";
import { rowStride } from "./layout.ts";

const decoded: readonly (readonly number[])[] = Array.from({ length: 256 }, (_, byte) => decodeTrits(byte));

/**
 * Packs `trits` (row-major, rows * columns values of -1, 0, +1) into row groups of five rows, whose columns pad to 64.
 * Rows and columns beyond the matrix are zero trits.
 */
export function packTrits(trits: Int8Array, rows: number, columns: number): Uint8Array {
  const groups = Math.ceil(rows / rowsPerByte);
  const padded = rowStride(columns);
  const packed = new Uint8Array(groups * padded);
  const code = codeOfFive();
  for (let group = 0; group < groups; group++) {
    for (let column = 0; column < padded; column++) {
      let index = 0;
      for (let k = 0; k < rowsPerByte; k++) {
        const row = group * rowsPerByte + k;
        const trit = row < rows && column < columns ? (trits[row * columns + column] ?? 0) : 0;
        index = 3 * index + trit + 1;
      }
      packed[group * padded + column] = code[index] ?? 0;
    }
  }
  return packed;
}

/** The trits of a packed matrix, row-major, without the padding. */
export function unpackTrits(packed: Uint8Array, rows: number, columns: number): Int8Array {
  const padded = rowStride(columns);
  const trits = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const group = Math.floor(row / rowsPerByte);
    const lane = row % rowsPerByte;
    for (let column = 0; column < columns; column++) {
      trits[row * columns + column] = decoded[packed[group * padded + column] ?? 0]?.[lane] ?? 0;
    }
  }
  return trits;
}

/** The byte of each of the 243 groups, by its number in base 3 (first row the highest digit, 0 for -1). */
function codeOfFive(): Uint8Array {
  return Uint8Array.from({ length: 3 ** rowsPerByte }, (_, index) =>
    encodeTrits([81, 27, 9, 3, 1].map((weight) => (Math.floor(index / weight) % 3) - 1)),
  );
}

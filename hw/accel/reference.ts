/** For tests: what the accelerator computes, written as the documents state it, in exact integers and without its tricks. */
import { encodeTrits } from "./trit-code.ts";

/** A matrix of trits, packed as docs/formats.md says: row groups of five, columns padded to `align` bytes. */
export function packMatrix(rows: readonly (readonly number[])[], align: number): Uint8Array {
  const columns = rows[0]?.length ?? 0;
  const padded = Math.ceil(columns / align) * align;
  const packed = new Uint8Array(Math.ceil(rows.length / 5) * padded);
  for (let group = 0; group * 5 < rows.length; group++) {
    for (let column = 0; column < padded; column++) {
      packed[group * padded + column] = encodeTrits([0, 1, 2, 3, 4].map((row) => rows[group * 5 + row]?.[column] ?? 0));
    }
  }
  return packed;
}

/** S24(R(v, s)) of docs/numerics.md in exact integers, written as the page states it. */
export function rescaleReference(sum: bigint, mantissa: bigint, shift: bigint): bigint {
  const v = sum * mantissa;
  const numerator = shift > 0n ? v + 2n ** (shift - 1n) : v;
  const divisor = 2n ** shift;
  const floor = numerator / divisor - (numerator % divisor < 0n ? 1n : 0n);
  const limit = 2n ** 23n;
  return floor < -limit ? -limit : floor > limit - 1n ? limit - 1n : floor;
}

/** The rescaled matrix product, in exact integers. */
export function matrixReference(
  rows: readonly (readonly number[])[],
  activations: Int8Array,
  mantissa: number,
  shift: number,
): number[] {
  return rows.map((row) => {
    let sum = 0n;
    for (const [column, trit] of row.entries()) sum += BigInt(trit) * BigInt(activations[column] ?? 0);
    return Number(rescaleReference(sum, BigInt(mantissa), BigInt(shift)));
  });
}

/** The message with SHA-256's padding (FIPS 180-4, 5.1.1): whole blocks of 64 bytes. */
export function padMessage(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(64 * Math.ceil((message.length + 9) / 64));
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, 8n * BigInt(message.length));
  return padded;
}

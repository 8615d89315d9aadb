import { decodeTrits } from "../../hw/accel/trit-code.ts";
import { rowsPerByte } from "../container/format.ts";

/** Two sums share a double of 53 bits: the second one counts in units of this. |A| <= 128 * 32768 = 2^22 leaves both whole. */
const unit = 2 ** 26;

const trits = Array.from({ length: 256 }, (_, byte) => decodeTrits(byte));
const firstPair = Float64Array.from(trits, (five) => five[0] + five[1] * unit);
const secondPair = Float64Array.from(trits, (five) => five[2] + five[3] * unit);
const lastTrit = Float64Array.from(trits, (five) => five[4]);

/**
 * The heart of everything: A[j] = sum over i of t[j][i] * q[i], exact in 32 bits. The trits stay packed: a large model's would not fit
 * memory otherwise, and five rows a byte are also the fastest way through them.
 *
 * @param packed - row groups of five rows, `stride` bytes each (models/container/trits.ts)
 * @param q - at most `stride` activations; columns beyond them do not count
 */
export function multiplyPacked(packed: Uint8Array, rows: number, stride: number, q: Int8Array): Int32Array {
  const sums = new Int32Array(rows);
  for (let row = 0, start = 0; row < rows; row += rowsPerByte, start += stride) {
    let [first, second, last] = [0, 0, 0];
    for (let i = 0; i < q.length; i++) {
      const x = q[i] ?? 0;
      const byte = packed[start + i] ?? 0;
      first += (firstPair[byte] ?? 0) * x;
      second += (secondPair[byte] ?? 0) * x;
      last += (lastTrit[byte] ?? 0) * x;
    }
    const five = [...halves(first), ...halves(second), last];
    sums.set(five.slice(0, rows - row), row);
  }
  return sums;
}

/** The two sums in a double. */
function halves(both: number): [number, number] {
  const upper = Math.round(both / unit);
  return [both - upper * unit, upper];
}

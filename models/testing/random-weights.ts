// Random trits in packed form, quickly: hundreds of megabytes in a second.
import { encodeTrits } from "../../hw/accel/trit-code.ts";
import { rowsPerByte } from "../container/format.ts";
import { rowStride } from "../container/layout.ts";

/** Random 32-bit numbers: xorshift32 (Marsaglia, "Xorshift RNGs", 2003). Always the same for one seed. */
export class QuickRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 1;
    for (let i = 0; i < 16; i++) this.next();
  }

  /** A signed 32-bit number. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state;
  }

  /** Bytes, each value equally often. */
  fill(values: Int8Array): void {
    for (let i = 0; i < values.length; i += 4) {
      const four = this.next();
      for (let k = 0; k < 4 && i + k < values.length; k++) values[i + k] = four >> (8 * k);
    }
  }

  /** 0 to limit - 1, for a limit that is small against 2^32. */
  below(limit: number): number {
    return (this.next() >>> 0) % limit;
  }

  /** Approximately normal, mean 0 and deviation 1: sums of four bytes, which every machine computes alike. */
  normal(): number {
    const bits = this.next();
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    return (sum - 510) / Math.sqrt((4 * (256 ** 2 - 1)) / 12);
  }
}

/** By a number of rows: the bytes of all groups of five trits of which only the first rows differ from 0. */
const codes = Array.from({ length: rowsPerByte + 1 }, (_, rows) =>
  Uint8Array.from({ length: 3 ** rows }, (_, index) =>
    encodeTrits(Array.from({ length: rowsPerByte }, (_, row) => (row < rows ? (Math.floor(index / 3 ** row) % 3) - 1 : 0))),
  ),
);

/** Fills a packed matrix with trits that are -1, 0 and 1 equally often; what pads rows and columns stays 0. */
export function fillRandomTrits(packed: Uint8Array, rows: number, columns: number, random: QuickRandom): void {
  const stride = rowStride(columns);
  for (let row = 0, start = 0; row < rows; row += rowsPerByte, start += stride) {
    const code = codes[Math.min(rowsPerByte, rows - row)] ?? new Uint8Array(1);
    for (let i = 0; i < columns; i++) packed[start + i] = code[random.below(code.length)] ?? 0;
  }
}

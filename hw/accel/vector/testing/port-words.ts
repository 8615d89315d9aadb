/** Port words of test data. */
import type { Random } from "../../../../gen/index.ts";

/** Little-endian port words that hold the bytes; what the last one has beyond them is random. */
export function wordsOf(bytes: readonly number[], portBytes: number, random: Random): bigint[] {
  const words: bigint[] = [];
  for (let start = 0; start < bytes.length; start += portBytes) {
    let word = 0n;
    for (let i = portBytes - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[start + i] ?? random.below(256));
    words.push(word);
  }
  return words;
}

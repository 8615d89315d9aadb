/** For tests: bytes as a word. */

/** The number whose little-endian bytes these are. */
export function bitsOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

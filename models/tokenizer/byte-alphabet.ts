// The alphabet of byte-level tokenizers (GPT-2): each byte is written as one printable character. Printable bytes of Latin-1 stand
// for themselves; the 68 others, in ascending order, are U+0100 and the following.

const printable = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

/** The character of each byte. */
export const characterOfByte: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const byteOfCharacter: ReadonlyMap<string, number> = new Map(characterOfByte.map((character, byte) => [character, byte]));

/** The raw bytes of a token's name, `undefined` if a character stands for no byte. */
export function bytesOfToken(name: string): Uint8Array | undefined {
  const bytes = new Uint8Array(name.length);
  for (let i = 0; i < name.length; i++) {
    const byte = byteOfCharacter.get(name.charAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** The name of raw bytes in the byte-level alphabet. */
export function nameOfBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => characterOfByte[byte]).join("");
}

// Byte-level BPE from a container's tables, as docs/numerics.md section 7 defines it. It merges by token ids, as the C engine does.
// (@huggingface/tokenizers merges by the tokens' texts, which is the same for every tokenizer that the packer writes, but not for a
// container made by hand; the test holds the two to each other.)
import { noToken } from "../container/format.ts";
import type { Merge, TokenizerTables } from "../container/model.ts";
import { TernelError } from "../errors.ts";
import type { TokenizerSource } from "../input/tokenizer-json.ts";

/** The GPT-2 pattern. `\s` is written as White_Space: JavaScript's own \s lacks U+0085 and has U+FEFF. */
export const piecePattern =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{White_Space}\\p{L}\\p{N}]+|\\p{White_Space}+(?!\\P{White_Space})|\\p{White_Space}+";

/** The tables that a container stores for a tokenizer. */
export function tokenizerTables(source: TokenizerSource): TokenizerTables {
  const byteToken = new Uint32Array(256).fill(noToken);
  source.texts.forEach((text, token) => {
    if (text.length === 1) byteToken[text[0] ?? 0] = token;
  });
  const merges = source.merges
    .map((merge, rank): Merge => ({ ...merge, rank }))
    .sort((a, b) => a.left - b.left || a.right - b.right);
  return { texts: source.texts, byteToken, merges };
}

/** Turns texts into tokens and back. Special tokens are never found in a text. */
export class BytePairTokenizer {
  readonly #texts: readonly Uint8Array[];
  readonly #byteToken: Uint32Array;
  /** The merge of two tokens, by left * tokenCount + right. */
  readonly #merges: ReadonlyMap<number, Merge>;

  constructor(tables: TokenizerTables) {
    this.#texts = tables.texts;
    this.#byteToken = tables.byteToken;
    this.#merges = new Map(tables.merges.map((merge) => [merge.left * tables.texts.length + merge.right, merge]));
  }

  /** The tokens of a text. A byte that has no token is an error: it would be lost silently. */
  encode(text: string): number[] {
    const pieces = text.toWellFormed().match(new RegExp(piecePattern, "gu")) ?? [];
    return pieces.flatMap((piece) => this.#merge(Array.from(new TextEncoder().encode(piece), (byte) => this.#tokenOf(byte))));
  }

  /** The raw bytes of tokens. An id without a text has none. */
  bytes(tokens: readonly number[]): Uint8Array {
    return Buffer.concat(tokens.map((token) => this.#texts[token] ?? new Uint8Array()));
  }

  /** The text of tokens; ill-formed UTF-8 becomes U+FFFD. */
  decode(tokens: readonly number[]): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.bytes(tokens));
  }

  #tokenOf(byte: number): number {
    const token = this.#byteToken[byte] ?? noToken;
    if (token === noToken) throw new TernelError("promptByte", `0x${byte.toString(16).padStart(2, "0")}`);
    return token;
  }

  #mergeOf(left: number | undefined, right: number | undefined): Merge | undefined {
    return left === undefined || right === undefined ? undefined : this.#merges.get(left * this.#texts.length + right);
  }

  /** Merges neighbours in place, the lowest rank first, the leftmost of equal ones, until none has a merge. */
  #merge(tokens: number[]): number[] {
    const rankAt = (at: number): number => this.#mergeOf(tokens[at], tokens[at + 1])?.rank ?? Infinity;
    const ranks = tokens.map((_, at) => rankAt(at)); // of each token with its right neighbour
    for (;;) {
      let best = 0;
      for (let at = 1; at < ranks.length; at++) {
        if ((ranks[at] ?? Infinity) < (ranks[best] ?? Infinity)) best = at;
      }
      const merge = this.#mergeOf(tokens[best], tokens[best + 1]);
      if (merge === undefined) return tokens;
      tokens.splice(best, 2, merge.result);
      ranks.splice(best, 2, rankAt(best));
      if (best > 0) ranks[best - 1] = rankAt(best - 1);
    }
  }
}

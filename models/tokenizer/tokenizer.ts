import * as library from "@huggingface/tokenizers";
import { noToken } from "../container/format.ts";
import type { Merge, TokenizerTables } from "../container/model.ts";
import { TernelError } from "../errors.ts";
import type { TokenizerSource } from "../input/tokenizer-json.ts";
import { nameOfBytes } from "./byte-alphabet.ts";

/** What is used of the library. (Its declarations import each other without extensions, which nodenext does not resolve.) */
interface LibraryTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
}
const { Tokenizer } = library as unknown as { Tokenizer: new (tokenizer: object, config: object) => LibraryTokenizer };

/** The GPT-2 pattern. `\s` is written as White_Space: JavaScript's own \s lacks U+0085 and has U+FEFF. */
const pattern =
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

/** Byte-level BPE from a container's tables. Special tokens are never matched in a text. The library does the merging. */
export class BytePairTokenizer {
  readonly #texts: readonly Uint8Array[];
  readonly #byteToken: Uint32Array;
  readonly #library: LibraryTokenizer;

  constructor(tables: TokenizerTables) {
    this.#texts = tables.texts;
    this.#byteToken = tables.byteToken;
    const names = tables.texts.map(nameOfBytes);
    const vocab = Object.fromEntries(names.map((name, token) => [name, token] as const).filter(([name]) => name !== ""));
    const merges = tables.merges
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ left, right }) => [names[left] ?? "", names[right] ?? ""]);
    this.#library = new Tokenizer(
      {
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: {
          type: "Sequence",
          pretokenizers: [
            { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
            { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
          ],
        },
        post_processor: null,
        decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
        model: { type: "BPE", vocab, merges, unk_token: null, byte_fallback: false, ignore_merges: false },
      },
      {},
    );
  }

  /** The tokens of a text. A byte that has no token is an error: it would be lost silently. */
  encode(text: string): number[] {
    for (const byte of new TextEncoder().encode(text)) {
      if (this.#byteToken[byte] === noToken) throw new TernelError("promptByte", `0x${byte.toString(16).padStart(2, "0")}`);
    }
    return this.#library.encode(text.toWellFormed(), { add_special_tokens: false }).ids;
  }

  /** The raw bytes of tokens. An id without a text has none. */
  bytes(tokens: readonly number[]): Uint8Array {
    return Buffer.concat(tokens.map((token) => this.#texts[token] ?? new Uint8Array()));
  }

  /** The text of tokens; ill-formed UTF-8 becomes U+FFFD. */
  decode(tokens: readonly number[]): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.bytes(tokens));
  }
}

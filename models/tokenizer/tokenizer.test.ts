import * as library from "@huggingface/tokenizers";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { readContainer } from "../container.ts";
import { noToken } from "../container/format.ts";
import type { Merge, TokenizerTables } from "../container/model.ts";
import { TernelError } from "../errors.ts";
import { bytesOfToken, characterOfByte, nameOfBytes } from "./byte-alphabet.ts";
import { BytePairTokenizer, piecePattern } from "./tokenizer.ts";

const { tokenizer: tables } = readContainer(readFileSync(new URL("../zoo/stories-1m.tern", import.meta.url)));
const tokenizer = new BytePairTokenizer(tables);
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom("'", "s", " ", "\n", "\t", "a", "The", "12", "!", "'ll", "\u0085", "\ufeff", "\u3000", "é", "日"),
    maxLength: 40,
  }),
);

/** What is used of the library. (Its declarations import each other without extensions, which nodenext does not resolve.) */
interface LibraryTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
}
const { Tokenizer } = library as unknown as { Tokenizer: new (tokenizer: object, config: object) => LibraryTokenizer };

/** The same tokenizer for @huggingface/tokenizers. */
function libraryTokenizer({ texts, merges }: TokenizerTables): LibraryTokenizer {
  const names = texts.map(nameOfBytes);
  const pairs = merges.toSorted((a, b) => a.rank - b.rank).map(({ left, right }) => [names[left] ?? "", names[right] ?? ""]);
  const vocab = Object.fromEntries(names.map((name, token) => [name, token] as const).filter(([name]) => name !== ""));
  const split = { type: "Split", pattern: { Regex: piecePattern }, behavior: "Isolated", invert: false };
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  return new Tokenizer(
    {
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: "Sequence", pretokenizers: [split, byteLevel] },
      post_processor: null,
      decoder: { type: "ByteLevel" },
      model: { type: "BPE", vocab, merges: pairs, unk_token: null },
    },
    {},
  );
}

test("the byte-level alphabet is a bijection", () => {
  assert.equal(new Set(characterOfByte).size, 256);
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.deepEqual(bytesOfToken(nameOfBytes(bytes)), bytes);
  assert.equal(nameOfBytes(new TextEncoder().encode(" é\n")), "ĠÃ©Ċ");
  assert.equal(bytesOfToken("日"), undefined);
});

test("texts are encoded as @huggingface/tokenizers does it", () => {
  const oracle = libraryTokenizer(tables);
  fc.assert(
    fc.property(text, (input) => {
      assert.deepEqual(tokenizer.encode(input), oracle.encode(input.toWellFormed(), { add_special_tokens: false }).ids);
    }),
    { numRuns: 500 },
  );
});

test("merges go by the tables: lowest rank, then leftmost, and the result that stands there", () => {
  const merge = (left: number, right: number, rank: number, result: number): Merge => ({ left, right, rank, result });
  const byteToken = Uint32Array.from({ length: 256 }, (_, byte) => byte);
  const texts = Array.from({ length: 260 }, (_, token) => Uint8Array.of(token & 255));
  const [a, b, c] = [0x61, 0x62, 0x63];
  const encode = (merges: Merge[], input: string): number[] => new BytePairTokenizer({ texts, byteToken, merges }).encode(input);
  assert.deepEqual(encode([merge(a, a, 0, 256)], "aaaaa"), [256, 256, a]);
  assert.deepEqual(encode([merge(a, b, 1, 256), merge(b, c, 0, 257)], "abc"), [a, 257]);
  assert.deepEqual(encode([merge(a, b, 0, 256), merge(b, c, 0, 257)], "abc"), [256, c]);
  assert.deepEqual(encode([merge(a, b, 1, 258), merge(c, 258, 0, 259)], "cabab"), [259, 258]);
});

test("a long piece is encoded in reasonable time", () => {
  const input = "abcde".repeat(2000);
  assert.equal(tokenizer.decode(tokenizer.encode(input)), input);
});

test("decoding gives the text back", () => {
  fc.assert(
    fc.property(text, (input) => {
      assert.equal(tokenizer.decode(tokenizer.encode(input)), input.toWellFormed());
    }),
  );
});

test("special tokens are never found in a text, and have none themselves", () => {
  const tokens = tokenizer.encode("<|endoftext|>");
  assert.ok(tokens.length > 1 && !tokens.includes(0));
  assert.equal(tokenizer.decode(tokens), "<|endoftext|>");
  assert.equal(tokenizer.decode([0]), "");
  assert.equal(tokenizer.decode([100_000]), "");
});

test("a byte without a token is an error", () => {
  const byteToken = tables.byteToken.slice();
  byteToken[0x7a] = noToken;
  assert.throws(() => new BytePairTokenizer({ ...tables, byteToken }).encode("a z"), new TernelError("promptByte", "0x7a"));
});

test("half of a character becomes U+FFFD", () => {
  const [first] = tokenizer.encode("日");
  assert.ok(first !== undefined);
  assert.equal(tokenizer.decode([first]), "\ufffd");
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { readContainer } from "../container.ts";
import { noToken } from "../container/format.ts";
import type { TokenizerTables } from "../container/model.ts";
import { TernelError } from "../errors.ts";
import { bytesOfToken, characterOfByte, nameOfBytes } from "./byte-alphabet.ts";
import { BytePairTokenizer } from "./tokenizer.ts";

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

/** docs/numerics.md section 7, step by step: cut, bytes, then one merge at a time. */
function encodeByDefinition({ byteToken, merges }: TokenizerTables, input: string): number[] {
  const space = "\\p{White_Space}";
  const pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${space}\\p{L}\\p{N}]+|${space}+(?![^${space}])|${space}+`;
  const byPair = new Map(merges.map((merge) => [`${merge.left},${merge.right}`, merge]));
  return (input.match(new RegExp(pattern, "gu")) ?? []).flatMap((piece) => {
    const tokens = Array.from(new TextEncoder().encode(piece), (byte) => byteToken[byte] ?? noToken);
    for (;;) {
      let best: { at: number; rank: number; result: number } | undefined;
      for (let at = 0; at + 1 < tokens.length; at++) {
        const merge = byPair.get(`${tokens[at]},${tokens[at + 1]}`);
        if (merge !== undefined && (best === undefined || merge.rank < best.rank)) best = { at, ...merge };
      }
      if (best === undefined) return tokens;
      tokens.splice(best.at, 2, best.result);
    }
  });
}

test("the byte-level alphabet is a bijection", () => {
  assert.equal(new Set(characterOfByte).size, 256);
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.deepEqual(bytesOfToken(nameOfBytes(bytes)), bytes);
  assert.equal(nameOfBytes(new TextEncoder().encode(" é\n")), "ĠÃ©Ċ");
  assert.equal(bytesOfToken("日"), undefined);
});

test("the library encodes as the definition says", () => {
  fc.assert(
    fc.property(text, (input) => {
      assert.deepEqual(tokenizer.encode(input), encodeByDefinition(tables, input.toWellFormed()));
    }),
    { numRuns: 500 },
  );
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

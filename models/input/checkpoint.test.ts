import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { TernelError } from "../errors.ts";
import type { ErrorName } from "../errors.ts";
import { randomCheckpoint, writeRandomModel } from "../testing/random-model.ts";
import { encodeSafetensors } from "../testing/safetensors-file.ts";
import { memorySource } from "./byte-source.ts";
import { readCheckpoint, readTensors, tensorShapes } from "./checkpoint.ts";
import { readConfig } from "./config.ts";
import type { JsonObject } from "./json.ts";
import { Safetensors } from "./safetensors.ts";
import { readTokenizer } from "./tokenizer-json.ts";

const shape = { dimension: 6, intermediate: 7, layers: 2, vocabulary: 264, tokenCount: 262, seed: 5n };
const folder = mkdtempSync(join(tmpdir(), "ternel-checkpoint-"));
after(() => {
  rmSync(folder, { recursive: true });
});
writeRandomModel(folder, shape);
const json = (name: string): JsonObject => JSON.parse(readFileSync(join(folder, name), "utf8")) as JsonObject;
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

function refusal(read: () => unknown): ErrorName | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof TernelError)) throw error;
    return error.error;
  }
}

test("a folder is read as it was written", () => {
  assert.deepEqual(readCheckpoint(folder), { ...randomCheckpoint(shape), config: readConfig(bytes(json("config.json"))) });
});

test("a missing folder or file is named", () => {
  assert.equal(
    refusal(() => readCheckpoint(join(folder, "nowhere"))),
    "fileMissing",
  );
  const other = mkdtempSync(join(tmpdir(), "ternel-checkpoint-"));
  assert.throws(() => readCheckpoint(other), new TernelError("modelFolder", `${other}: config.json is missing`));
  rmSync(other, { recursive: true });
});

test("tensors must be the expected ones, in the expected shapes", () => {
  const config = readConfig(bytes(json("config.json")));
  const tensors = Array.from(tensorShapes(config), ([name, sizes]) => ({
    name,
    shape: sizes,
    values: new Float32Array(sizes.reduce((a, b) => a * b)),
  }));
  const read = (list: typeof tensors): ErrorName | undefined =>
    refusal(() => readTensors(new Safetensors(memorySource(encodeSafetensors(list))), config));
  assert.equal(read(tensors), undefined);
  for (const [i] of tensors.entries()) assert.equal(read(tensors.toSpliced(i, 1)), "safetensorsMissing");
  assert.equal(read([...tensors, { name: "model.bias", shape: [1], values: Float32Array.of(1) }]), "safetensorsUnexpected");
  const flipped = tensors.map((tensor) => (tensor.name === "lm_head.weight" ? { ...tensor, shape: [6, 264] } : tensor));
  assert.equal(read(flipped), "safetensorsShape");
});

const configCases: readonly (readonly [change: JsonObject, error: ErrorName | undefined])[] = [
  [{}, undefined],
  [{ bos_token_id: null }, undefined],
  [{ model_type: "llama" }, "configModelType"],
  [{ model_type: undefined }, "configModelType"],
  [{ vocab_size: "264" }, "configField"],
  [{ vocab_size: undefined }, "configField"],
  [{ vocab_size: 0 }, "configLimit"],
  [{ vocab_size: 262_145 }, "configLimit"],
  [{ hidden_size: -6 }, "configField"],
  [{ hidden_size: 8193 }, "configLimit"],
  [{ num_hidden_layers: 129 }, "configLimit"],
  [{ num_hidden_layers: 1.5 }, "configField"],
  [{ intermediate_size: 32_769 }, "configLimit"],
  [{ bos_token_id: 264 }, "configLimit"],
  [{ eos_token_id: [0] }, "configField"],
  [{ eos_token_id: undefined }, "configField"],
  [{ use_short_conv: true }, "configFeature"],
  [{ num_heads: 2 }, "configFeature"],
  [{ tie_word_embeddings: true }, "configFeature"],
  [{ hidden_act: "gelu" }, "configFeature"],
  [{ rms_norm_eps: 1e-5 }, "configFeature"],
];
for (const [change, error] of configCases) {
  test(`config.json with ${JSON.stringify(change)}: ${error ?? "is read"}`, () => {
    assert.equal(
      refusal(() => readConfig(bytes({ ...json("config.json"), ...change }))),
      error,
    );
  });
}

test("config.json: what is no object, and the rule for a missing intermediate size", () => {
  for (const text of ["", "[]", "null", "{", `{"model_type":"hgrn_bit","model_type":"hgrn_bit"}`]) {
    assert.equal(
      refusal(() => readConfig(bytes(text))),
      "configJson",
    );
  }
  const config = (hidden_size: number): Uint8Array => bytes({ ...json("config.json"), hidden_size, intermediate_size: null });
  assert.deepEqual(
    [1024, 2048, 2560].map((size) => readConfig(config(size)).intermediate),
    [2816, 5632, 6912],
  );
});

const model = json("tokenizer.json")["model"] as { vocab: Record<string, number>; merges: [string, string][] };
const withModel = (change: JsonObject): JsonObject => ({ model: { ...model, ...change } });
const [firstMerge] = model.merges;
const tokenizerCases: readonly (readonly [name: string, change: JsonObject, error: ErrorName | undefined])[] = [
  ["unchanged", {}, undefined],
  ["merges as text", withModel({ merges: model.merges.map((merge) => merge.join(" ")) }), undefined],
  ["unigram", withModel({ type: "Unigram" }), "tokenizerKind"],
  ["no model", { model: null }, "tokenizerKind"],
  ["normalizer", { normalizer: { type: "NFC" } }, "tokenizerKind"],
  ["metaspace", { pre_tokenizer: { type: "Metaspace" } }, "tokenizerKind"],
  ["no pattern", { pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: false } }, "tokenizerKind"],
  ["no pre-tokenizer", { pre_tokenizer: null }, "tokenizerKind"],
  ["no decoder", { decoder: null }, "tokenizerKind"],
  ["prefix space", { pre_tokenizer: { type: "ByteLevel", add_prefix_space: true, use_regex: true } }, "tokenizerOption"],
  ["byte fallback", withModel({ byte_fallback: true }), "tokenizerOption"],
  ["dropout", withModel({ dropout: 0.1 }), "tokenizerOption"],
  ["no vocabulary", withModel({ vocab: [] }), "tokenizerVocabulary"],
  ["empty vocabulary", withModel({ vocab: {} }), "tokenizerVocabulary"],
  ["id twice", withModel({ vocab: { ...model.vocab, a: 1 } }), "tokenizerVocabulary"],
  ["negative id", withModel({ vocab: { ...model.vocab, a: -1 } }), "tokenizerVocabulary"],
  ["id beyond the model", withModel({ vocab: { ...model.vocab, a: 264 } }), "tokenizerVocabulary"],
  ["no byte-level token", withModel({ vocab: { ...model.vocab, 日: 263 } }), "tokenizerAlphabet"],
  ["empty token", withModel({ vocab: { ...model.vocab, "": 263 } }), "tokenizerAlphabet"],
  ["no merges", withModel({ merges: undefined }), "tokenizerMerge"],
  ["merge of three", withModel({ merges: [["a", "b", "c"]] }), "tokenizerMerge"],
  ["merge of nothing", withModel({ merges: [5] }), "tokenizerMerge"],
  ["merge without a result", withModel({ merges: [["<", "|"]] }), "tokenizerMerge"],
  ["merge of no tokens", withModel({ merges: [["zz", "zz"]] }), "tokenizerMerge"],
  ["merge twice", withModel({ merges: [firstMerge, firstMerge] }), "tokenizerMerge"],
  ["added token that is not special", { added_tokens: [{ id: 263, content: "  ", special: false }] }, "tokenizerAddedToken"],
  ["added token beyond the model", { added_tokens: [{ id: 264, content: "<x>", special: true }] }, "tokenizerAddedToken"],
  ["added token of another's id", { added_tokens: [{ id: 5, content: "<x>", special: true }] }, "tokenizerAddedToken"],
  ["added token with another id", { added_tokens: [{ id: 263, content: "<|endoftext|>", special: true }] }, "tokenizerAddedToken"],
  ["added tokens of a wrong kind", { added_tokens: [null] }, "tokenizerAddedToken"],
];
for (const [name, change, error] of tokenizerCases) {
  test(`tokenizer.json, ${name}: ${error ?? "is read"}`, () => {
    assert.equal(
      refusal(() => readTokenizer(bytes({ ...json("tokenizer.json"), ...change }), 264)),
      error,
    );
  });
}

test("tokenizer.json: text that is no JSON object, and one too large", () => {
  for (const text of ["", "7", `{"model":1,"model":2}`])
    assert.equal(
      refusal(() => readTokenizer(bytes(text), 264)),
      "tokenizerJson",
    );
  const long = "a".repeat(2 ** 24 + 1);
  const large = { ...json("tokenizer.json"), model: { ...model, vocab: { ...model.vocab, [long]: 263 } } };
  assert.equal(
    refusal(() => readTokenizer(bytes(large), 264)),
    "tokenizerLimit",
  );
});

test("a special token beyond the vocabulary's list gets an id without a text", () => {
  const added = { ...json("tokenizer.json"), added_tokens: [{ id: 263, content: "<pad>", special: true }] };
  const { texts } = readTokenizer(bytes(added), 264);
  assert.deepEqual([texts.length, texts[263]?.length, texts[262]?.length], [264, 0, 0]);
});

test("a file that ends while it is read is an error, not a crash", () => {
  writeFileSync(join(folder, "model.safetensors"), readFileSync(join(folder, "model.safetensors")).subarray(0, 3000));
  assert.equal(
    refusal(() => readCheckpoint(folder)),
    "safetensorsShort",
  );
  writeRandomModel(folder, shape);
});

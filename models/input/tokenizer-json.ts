import { limits } from "../container/format.ts";
import { TernelError } from "../errors.ts";
import { bytesOfToken } from "../tokenizer/byte-alphabet.ts";
import { isObject, isWhole, parseObject } from "./json.ts";
import type { JsonObject } from "./json.ts";

/** A byte-level BPE tokenizer as tokenizer.json gives it. */
export interface TokenizerSource {
  /** Raw bytes of each token, by id. Special tokens and unused ids have none. */
  readonly texts: readonly Uint8Array[];
  /** Pairs of token ids and the token they make, the first one merging first. */
  readonly merges: readonly { readonly left: number; readonly right: number; readonly result: number }[];
}

/** Options of the BPE model that must be absent, null, false, empty or 0. */
const plainModelOptions = [
  "dropout",
  "unk_token",
  "continuing_subword_prefix",
  "end_of_word_suffix",
  "byte_fallback",
  "ignore_merges",
];

/**
 * Reads and checks tokenizer.json: a byte-level BPE tokenizer with the GPT-2 pattern.
 *
 * @param vocabulary - the model's vocabulary: no id may reach it; it may be larger than the tokenizer
 */
export function readTokenizer(bytes: Uint8Array, vocabulary: number): TokenizerSource {
  const json = parseObject(bytes, "tokenizerJson", "tokenizerJson");
  const model = checkKind(json);
  const ids = readVocabulary(model["vocab"], vocabulary);
  const special = readAddedTokens(json["added_tokens"], ids, vocabulary);
  const names: (string | undefined)[] = [];
  for (const [name, id] of [...ids, ...special]) names[id] = name;
  const specialIds = new Set(special.values());
  const ordinary = Array.from(names, (name, id) => (name === undefined || specialIds.has(id) ? undefined : name));
  const textBytes = ordinary.reduce((sum, name) => sum + (name?.length ?? 0), 0); // a character of the alphabet is a byte
  if (textBytes > limits.tokenTextBytes) throw new TernelError("tokenizerLimit", `${textBytes} bytes of text`);
  const texts = ordinary.map((name) => {
    if (name === undefined) return new Uint8Array();
    const text = bytesOfToken(name);
    if (text === undefined || text.length === 0) throw new TernelError("tokenizerAlphabet", JSON.stringify(name));
    return text;
  });
  const merges = readMerges(model["merges"], ids, specialIds);
  if (merges.length > limits.mergeCount) throw new TernelError("tokenizerLimit", `${merges.length} merges`);
  return { texts, merges };
}

function unsupportedKind(what: string, value: unknown): TernelError {
  const name = isObject(value) ? value["type"] : value;
  return new TernelError("tokenizerKind", `${what}: ${JSON.stringify(name)}`);
}

/** Checks that every stage is what the engine does; returns the BPE model. */
function checkKind(json: JsonObject): JsonObject {
  const { model, normalizer, pre_tokenizer: preTokenizer, decoder } = json;
  if (!isObject(model) || model["type"] !== "BPE") throw unsupportedKind("model", model);
  for (const option of plainModelOptions) {
    const value = model[option];
    const plain = value === undefined || value === null || value === false || value === "" || value === 0;
    if (!plain) throw new TernelError("tokenizerOption", `${option}: ${JSON.stringify(value)}`);
  }
  if (normalizer !== undefined && normalizer !== null) throw unsupportedKind("normalizer", normalizer);
  if (!isObject(preTokenizer) || preTokenizer["type"] !== "ByteLevel") throw unsupportedKind("pre_tokenizer", preTokenizer);
  if (preTokenizer["use_regex"] === false) throw unsupportedKind("pre_tokenizer", "ByteLevel without the GPT-2 pattern");
  if (preTokenizer["add_prefix_space"] !== false) throw new TernelError("tokenizerOption", "add_prefix_space");
  if (!isObject(decoder) || decoder["type"] !== "ByteLevel") throw unsupportedKind("decoder", decoder);
  return model;
}

function readVocabulary(vocab: unknown, vocabulary: number): Map<string, number> {
  if (!isObject(vocab)) throw new TernelError("tokenizerVocabulary", "no object");
  const ids = new Map<string, number>();
  const used = new Set<number>();
  for (const [name, id] of Object.entries(vocab)) {
    if (!isWhole(id) || id >= vocabulary || used.has(id))
      throw new TernelError("tokenizerVocabulary", `${JSON.stringify(name)}: ${String(id)}`);
    ids.set(name, id);
    used.add(id);
  }
  if (ids.size === 0) throw new TernelError("tokenizerVocabulary", "empty");
  return ids;
}

/** The special tokens; they may stand in the vocabulary too, then with the same id. */
function readAddedTokens(tokens: unknown, ids: ReadonlyMap<string, number>, vocabulary: number): Map<string, number> {
  const special = new Map<string, number>();
  if (tokens === undefined || tokens === null) return special;
  if (!Array.isArray(tokens)) throw new TernelError("tokenizerAddedToken", "no list");
  const names = new Map(Array.from(ids, ([name, id]) => [id, name]));
  for (const token of tokens as readonly unknown[]) {
    const detail = JSON.stringify(isObject(token) ? token["content"] : token);
    if (!isObject(token)) throw new TernelError("tokenizerAddedToken", detail);
    const { id, content, special: isSpecial } = token;
    if (!isWhole(id) || id >= vocabulary || typeof content !== "string") throw new TernelError("tokenizerAddedToken", detail);
    if (isSpecial !== true) throw new TernelError("tokenizerAddedToken", `${detail} is not special`);
    if ((names.get(id) ?? content) !== content || (ids.get(content) ?? id) !== id)
      throw new TernelError("tokenizerAddedToken", detail);
    names.set(id, content);
    special.set(content, id);
  }
  return special;
}

function readMerges(merges: unknown, ids: ReadonlyMap<string, number>, specialIds: ReadonlySet<number>): TokenizerSource["merges"] {
  if (!Array.isArray(merges)) throw new TernelError("tokenizerMerge", "no list");
  const pairs = new Set<string>();
  return (merges as readonly unknown[]).map((merge) => {
    // Older files write "left right", newer ones ["left", "right"].
    const parts: readonly unknown[] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
    const [leftName, rightName] = parts;
    const detail = JSON.stringify(merge);
    if (parts.length !== 2 || typeof leftName !== "string" || typeof rightName !== "string")
      throw new TernelError("tokenizerMerge", detail);
    const [left, right, result] = [ids.get(leftName), ids.get(rightName), ids.get(leftName + rightName)];
    if (left === undefined || right === undefined || result === undefined) throw new TernelError("tokenizerMerge", detail);
    if ([left, right, result].some((id) => specialIds.has(id)) || pairs.has(`${left} ${right}`))
      throw new TernelError("tokenizerMerge", detail);
    pairs.add(`${left} ${right}`);
    return { left, right, result };
  });
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readContainer } from "../container.ts";
import { ReferenceEngine } from "./engine.ts";
import { runReference } from "./run.ts";

const model = readContainer(readFileSync(new URL("../zoo/stories-1m.tern", import.meta.url)));
const request = { prompt: "Once upon a time", tokens: 64, temperature: 0, topP: 1000, seed: 1n };

// Golden values: they change only when the arithmetic or the shipped model does, and then on purpose.
test("the shipped model tells its story, greedily", () => {
  const streamed: number[] = [];
  const result = runReference(model, request, (token) => streamed.push(token));
  assert.match(result.text, /^, there was a little girl named Lily. She loved to play with her toys and make her feel better./);
  assert.equal(result.logitsHash, "0f9a08afb3c92c586769bb6ad17d69da673c26978c41874b9a43dd63c1454ffe");
  assert.deepEqual([result.stop, result.promptTokens, result.tokens.length], ["length", 4, 64]);
  assert.deepEqual(result.tokens, streamed);
});

test("the shipped model tells its story, sampled", () => {
  const result = runReference(model, { ...request, temperature: 700, topP: 900 });
  assert.match(result.text, /^, there was a little boy named Tim. Tim had a big bag of ice cream./);
  assert.equal(result.logitsHash, "6fde93e9b97395afd40bc41fa9cd2819222c509d97c249a73e455af29b12a3d1");
});

test("a run of fewer tokens is the beginning of a longer one, and other seeds give other stories", () => {
  const sampled = { ...request, tokens: 12, temperature: 1000 };
  const long = runReference(model, sampled);
  assert.deepEqual(runReference(model, { ...sampled, tokens: 5 }).tokens, long.tokens.slice(0, 5));
  assert.notDeepEqual(runReference(model, { ...sampled, seed: 2n }).tokens, long.tokens);
  assert.deepEqual(runReference(model, { ...sampled, tokens: 0 }).tokens, []);
});

test("a chosen end token ends the run and is not in the list, but its logits are in the hash", () => {
  const [first] = runReference(model, { ...request, tokens: 1 }).tokens;
  assert.ok(first !== undefined);
  const result = runReference({ ...model, endToken: first }, request);
  assert.deepEqual([result.stop, result.tokens, result.text], ["end", [], ""]);
  assert.equal(result.logitsHash, runReference(model, { ...request, tokens: 1 }).logitsHash);
});

test("reset forgets the sequence, and a token beyond the vocabulary is refused", () => {
  const engine = new ReferenceEngine(model);
  const first = engine.step(12);
  assert.notDeepEqual(engine.step(12), first);
  engine.reset();
  assert.deepEqual(engine.step(12), first);
  assert.throws(() => engine.step(1024), RangeError);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { packModel } from "./convert/pack.ts";
import { TernelError } from "./errors.ts";
import { evaluateFloat, evaluateReference, splitStories } from "./evaluate.ts";
import { negativeLogLikelihood } from "./likelihood.ts";
import { randomCheckpoint } from "./testing/random-model.ts";

const shape = { dimension: 16, intermediate: 24, layers: 2, vocabulary: 280, tokenCount: 275, seed: 11n };
const text = "The first story.\nIt has two lines.\n<|endoftext|>\n\nAnother one.\n<|endoftext|>\n";

test("a text is split at lines that are exactly the separator", () => {
  assert.deepEqual(splitStories(text), ["The first story.\nIt has two lines.", "Another one."]);
  assert.deepEqual(splitStories("a <|endoftext|>\n<|endoftext|> b"), ["a <|endoftext|>\n<|endoftext|> b"]);
  assert.deepEqual(splitStories("a\r\n<|endoftext|>\r\nb\r\n"), ["a", "b"]);
  assert.deepEqual(splitStories("\n<|endoftext|>\n<|endoftext|>\n"), []);
  assert.deepEqual(splitStories("  kept spaces \n"), ["  kept spaces "]);
});

test("the likelihood is that of a softmax", () => {
  assert.equal(negativeLogLikelihood(Float64Array.of(0, 0, 0, 0), 1, 2), Math.log(4));
  assert.ok(Math.abs(negativeLogLikelihood(Int32Array.of(2048, 1024), 2 ** -10, 1) - Math.log(1 + Math.E)) < 1e-12);
  assert.equal(negativeLogLikelihood(Float64Array.of(1e6, 0), 1, 0), 0);
});

test("the integer engine's perplexity is within 1% of the float model's, over the same tokens", async () => {
  const checkpoint = randomCheckpoint(shape);
  const progress: number[] = [];
  const float = await evaluateFloat(checkpoint, text, (done) => progress.push(done));
  const integer = evaluateReference(packModel(checkpoint, { name: "x", calibrationText: text }).model, text);
  assert.equal(float.tokens, integer.tokens);
  assert.equal(progress.at(-1), 1);
  assert.ok(Math.abs(integer.perplexity / float.perplexity - 1) < 0.01, `${integer.perplexity} and ${float.perplexity}`);
  assert.ok(Math.abs(float.bitsPerCharacter - (Math.log2(float.perplexity) * float.tokens) / 46) < 1e-9);
});

test("an empty text is refused", async () => {
  await assert.rejects(evaluateFloat(randomCheckpoint(shape), "\n"), new TernelError("packTextEmpty"));
});

// The C engine, without kernels, computes what the TypeScript reference computes: the same tokens, and the same logits bit for bit.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { packModel, readContainer, runReference, type RunRequest } from "../../models/index.ts";
import { randomCheckpoint } from "../../models/testing/random-model.ts";
import { buildNative, converse, missingTools, projectRoot, runProgram, sanitized } from "./testing/native.ts";

/** Settings in thousandths, as the console's decimals. */
const decimal = (thousandths: number) => (thousandths / 1000).toFixed(3);

/** Runs requests on both engines, one after the other on the same console, and compares. */
function compare(modelFile: string, requests: readonly RunRequest[]): void {
  const model = readContainer(readFileSync(modelFile));
  const lines = requests.flatMap(({ prompt, tokens, temperature, topP, seed }) => [
    ...[`/temp ${decimal(temperature)}`, `/topp ${decimal(topP)}`, `/seed ${seed}`, `/tokens ${tokens}`],
    `/prompt ${JSON.stringify(prompt)}`,
  ]);
  const runs = converse(modelFile, lines, ["--kernel", "cpu"]).filter(({ event }) => event === "run");
  assert.equal(runs.length, requests.length);
  for (const [i, request] of requests.entries()) {
    const { tokens, text, stop, promptTokens, logitsHash } = runs[i] ?? {};
    assert.deepEqual({ tokens, text, stop, promptTokens, logitsHash }, runReference(model, request));
  }
}

const request = (prompt: string, settings: Partial<RunRequest> = {}): RunRequest => ({
  ...{ prompt, tokens: 24, temperature: 700, topP: 900, seed: 1n },
  ...settings,
});

describe("C engine and TypeScript reference", { skip: missingTools() }, () => {
  let folder = "";
  before(() => {
    buildNative();
    folder = mkdtempSync(join(tmpdir(), "ternel-reference-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("agree on the shipped models", () => {
    const zoo = join(projectRoot, "models/zoo");
    const files = readdirSync(zoo).filter((name) => name.endsWith(".tern"));
    assert.ok(files.length > 0, "models/zoo has a model");
    for (const file of files) {
      compare(join(zoo, file), [
        request("Once upon a time", { temperature: 0, tokens: 64 }),
        request("Once upon a time", { tokens: 64 }),
        request("", { temperature: 1000, topP: 1000, seed: 42n }),
        request("It's Zoë's 12th birthday!\n\n  She'll \"party\"\t日本語 ½ 😀 ", { seed: 2n ** 64n - 1n }),
        request("The dog", { temperature: 10_000, topP: 1, seed: 7n }),
        request("One day,", { temperature: 1, topP: 500, seed: 9n }),
      ]);
    }
  });

  it("agree on packed random checkpoints of odd shapes", () => {
    const shapes = [
      { dimension: 80, intermediate: 208, layers: 3, vocabulary: 331, tokenCount: 331, seed: 1n },
      { dimension: 37, intermediate: 53, layers: 2, vocabulary: 290, tokenCount: 283, seed: 2n },
      { dimension: 5, intermediate: 1, layers: 1, vocabulary: 257, tokenCount: 257, seed: 3n },
    ];
    for (const [i, shape] of shapes.entries()) {
      const file = join(folder, `packed-${i}.tern`);
      writeFileSync(file, packModel(randomCheckpoint(shape), { name: "random", calibrationTokens: 32 }).bytes);
      compare(file, [request("abc hello's"), request("", { temperature: 0 }), request("é ü", { temperature: 2000, topP: 1000 })]);
    }
  });

  it("agree on random containers: wild formats, random padding", () => {
    for (let seed = 0; seed < 12; seed++) {
      const file = join(folder, `random-${seed}.tern`);
      writeFileSync(file, runProgram(join(sanitized, "ternel-tests"), ["--model", String(seed)]).output);
      compare(file, [request("abcab hello's", { seed: BigInt(seed) }), request("\u0000\n  x", { temperature: 1000, topP: 1000 })]);
    }
  });

  it("cut random texts as the pattern itself does", () => {
    // In JavaScript \s is not quite White_Space: it lacks U+0085 and has U+FEFF.
    const pattern =
      /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
    const character = fc.oneof(
      fc.constantFrom(...Array.from(" '  strevmlld.7aé\n\t\u0085\u00a0\ufeff\u3000½日😀")),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(character, { maxLength: 60 }), { maxLength: 40 }), (parts) => {
        const text = parts.flat().join("");
        const lengths = [...text.matchAll(pattern)].map(([piece]) => Buffer.byteLength(piece));
        const { output } = runProgram(join(sanitized, "ternel-tests"), ["--pieces"], { input: text });
        assert.deepEqual(output.toString().split("\n").slice(0, -1).map(Number), lengths);
      }),
      { numRuns: 40 },
    );
  });
});

// Runs on several engines that must agree, bit for bit.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { ConfigurationName } from "../boards/configuration.ts";
import { compareAll } from "../cli/verbs/compare.ts";
import { packModel, type RunRequest } from "../models/index.ts";
import { randomCheckpoint, type RandomShape } from "../models/testing/random-model.ts";
import type { TemporaryFolder } from "./temporary-folder.ts";

/** The prompts and settings of the conformance tests: greedy and sampled, other alphabets, nothing at all. */
export const conformanceRuns: readonly RunRequest[] = [
  { prompt: "Once upon a time", tokens: 64, temperature: 700, topP: 900, seed: 1n },
  { prompt: "The cat and the dog", tokens: 48, temperature: 0, topP: 1000, seed: 1n },
  { prompt: "", tokens: 40, temperature: 1000, topP: 1000, seed: 18446744073709551615n },
  { prompt: "Tom said, \"Don't go!\"\n\n\tShe didn't.", tokens: 32, temperature: 500, topP: 1, seed: 7n },
  { prompt: "Ein Bär aß 12½ Äpfel — 熊は🍎が好き", tokens: 32, temperature: 10000, topP: 950, seed: 42n },
  { prompt: "   one  two   ", tokens: 32, temperature: 1, topP: 500, seed: 0n },
];

/** Fails with both runs when an engine differs from the reference. */
export async function assertEqualEverywhere(
  model: string,
  run: RunRequest,
  config: ConfigurationName = "arty",
  cpuSeconds = 0,
): Promise<void> {
  const runs = await compareAll(model, { ...run, model, config, cpuSeconds });
  const [reference] = runs;
  assert.ok(runs.length >= 3);
  for (const other of runs) {
    assert.ok(
      other.equal,
      `${other.target} ${other.engine ?? ""} differs:\n${JSON.stringify(other)}\nreference:\n${JSON.stringify(reference)}`,
    );
  }
}

/** Packs a model with random weights for every port width that is built; the path of its container. */
export function packRandomModel(folder: TemporaryFolder, name: string, shape: Omit<RandomShape, "tokenCount" | "seed">): string {
  const checkpoint = randomCheckpoint({ ...shape, tokenCount: shape.vocabulary, seed: 11n });
  const path = folder.path(`${name}.tern`);
  writeFileSync(path, packModel(checkpoint, { name, calibrationTokens: 64 }).bytes);
  return path;
}

// The project's strongest test: reference, C engine on this machine and the simulated SoC with its accelerator give the same tokens
// and the same logits. Here over the shipped model and two models with random weights; conformance.full.test.ts goes on.
import { test } from "node:test";
import { defaultModel } from "../cli/options.ts";
import { assertEqualEverywhere, conformanceRuns, packRandomModel } from "./conformance.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { skipWithout, socTools } from "./tools.ts";

const minutes = 60_000;
const options = { skip: skipWithout(...socTools), timeout: 30 * minutes };

test("the shipped model: a sampled story on every engine", options, async () => {
  const [story] = conformanceRuns;
  if (story === undefined) throw new Error("no runs");
  await assertEqualEverywhere(defaultModel(), { ...story, tokens: 8 });
});

test(
  "random weights, shapes that no multiple of 5 or of the port fits; the smaller one's first token on the SoC's CPU alone too",
  options,
  async () => {
    const folder = temporaryFolder();
    try {
      // Of the CPU's time (cpuSeconds) a token of the larger one would take thirteen million cycles: conformance.full.test.ts has it.
      for (const [name, shape, cpuSeconds] of [
        ["even", { dimension: 80, intermediate: 208, layers: 3, vocabulary: 331 }, 0],
        ["odd", { dimension: 37, intermediate: 61, layers: 2, vocabulary: 263 }, 5],
      ] as const) {
        const model = packRandomModel(folder, name, shape);
        const run = { prompt: "a tale", tokens: 8, temperature: 900, topP: 950, seed: 3n };
        await assertEqualEverywhere(model, run, "arty", cpuSeconds);
      }
    } finally {
      folder.remove();
    }
  },
);

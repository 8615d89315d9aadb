// All prompts and settings, both configurations, and more shapes: everything that is too long for every day.
import { test } from "node:test";
import { defaultModel } from "../cli/options.ts";
import { assertEqualEverywhere, conformanceRuns, packRandomModel } from "./conformance.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { skipWithout, socTools } from "./tools.ts";

const minutes = 60_000;
const options = { skip: skipWithout(...socTools), timeout: 60 * minutes };

for (const [i, run] of conformanceRuns.entries()) {
  const cpuSeconds = i === 0 ? 60 : 0;
  test(
    `arty: ${JSON.stringify(run.prompt)}, temperature ${run.temperature / 1000}, top-p ${run.topP / 1000}`,
    options,
    async () => {
      await assertEqualEverywhere(defaultModel(), run, "arty", cpuSeconds);
    },
  );
}

test("ecp5: a story on the 64-bit port", options, async () => {
  const [story] = conformanceRuns;
  if (story === undefined) throw new Error("no runs");
  await assertEqualEverywhere(defaultModel(), { ...story, tokens: 16 }, "ecp5");
});

const shapes = [
  { dimension: 80, intermediate: 208, layers: 3, vocabulary: 331 },
  { dimension: 5, intermediate: 1, layers: 1, vocabulary: 257 },
  { dimension: 17, intermediate: 129, layers: 4, vocabulary: 300 },
  { dimension: 129, intermediate: 65, layers: 2, vocabulary: 1001 },
];

for (const [i, shape] of shapes.entries()) {
  test(`random weights: ${JSON.stringify(shape)}`, options, async () => {
    const folder = temporaryFolder();
    try {
      const model = packRandomModel(folder, `shape-${i}`, shape);
      for (const temperature of [0, 1500]) {
        await assertEqualEverywhere(
          model,
          { prompt: "the rain", tokens: 16, temperature, topP: 980, seed: BigInt(i) },
          i % 2 === 0 ? "arty" : "ecp5",
          temperature === 0 ? 5 : 0,
        );
      }
    } finally {
      folder.remove();
    }
  });
}

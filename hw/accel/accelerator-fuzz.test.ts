/** Damaged command lists on the whole accelerator: an error code or the golden model's result, nothing written outside region B, and the next good token right. */
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { elaborate, Random, simulate } from "../../gen/index.ts";
import { packModel } from "../../models/convert/pack.ts";
import { randomCheckpoint } from "../../models/testing/random-model.ts";
import { fuzz } from "./testing/fuzz.ts";
import { ListBench, manyStalls, noStalls, rigParameters } from "./testing/list-bench.ts";
import { rig } from "./testing/rig.ts";

const shape = { dimension: 70, intermediate: 130, layers: 1, vocabulary: 331, tokenCount: 262, seed: 2n };
const { model } = packModel(randomCheckpoint(shape), { name: "random", calibrationTokens: 4 });
const missing = spawnSync("verilator", ["--version"]).error !== undefined && process.env["CI"] === undefined;
const skip = missing ? "verilator is not here" : false;
/** Number of groups of rounds: TERNEL_FUZZ_GROUPS for a long run. */
const groups = Number(process.env["TERNEL_FUZZ_GROUPS"] ?? 6);
const seed = Number(process.env["TERNEL_FUZZ_SEED"] ?? 1);

test("damaged lists end as the golden model says, and the next good token is right", { skip }, async (t) => {
  const parameters = rigParameters(model, { portBytes: 8, dramWordBytes: 16, vectorLanes: 2, columns: 2, dramPorts: 2 });
  const simulation = simulate(elaborate(rig(parameters)), { engine: "verilator" });
  try {
    for (let group = 0; group < groups; group++) {
      const random = new Random(1000 * seed + group);
      await simulation.run(
        async (tb) => {
          const stalls = group % 3 === 2 ? manyStalls : noStalls;
          const bench = await ListBench.make(tb, parameters, model, { seed: group, stalls });
          await bench.loadBuffers();
          const report = await fuzz(bench, random, 25, shape.vocabulary, parameters.columns);
          t.diagnostic(`group ${group}: ${JSON.stringify(report)}`);
        },
        { name: `fuzz-${group}` },
      );
    }
  } finally {
    simulation.close();
  }
});

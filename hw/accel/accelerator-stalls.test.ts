/** DRAM at its worst, one thing at a time: stalled reads, a refresh at any moment, writes that wait. Same bits, only later. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { elaborate, Random, simulate, type Simulation } from "../../gen/index.ts";
import { packModel } from "../../models/convert/pack.ts";
import { randomCheckpoint } from "../../models/testing/random-model.ts";
import { ListBench, noStalls, rigParameters } from "./testing/list-bench.ts";
import { rig } from "./testing/rig.ts";

const shape = { dimension: 70, intermediate: 130, layers: 1, vocabulary: 331, tokenCount: 262, seed: 2n };
const { model } = packModel(randomCheckpoint(shape), { name: "random", calibrationTokens: 4 });
const missing = spawnSync("verilator", ["--version"]).error !== undefined && process.env["CI"] === undefined;
// The hardware of accelerator-fuzz.test.ts, so that Verilator builds it once.
const parameters = rigParameters(model, { portBytes: 8, dramWordBytes: 16, vectorLanes: 2, columns: 2, dramPorts: 2 });

test("whatever DRAM does, tokens are the same", { skip: missing ? "verilator is not here" : false }, async (t) => {
  let simulation: Simulation | undefined;
  before(() => {
    simulation = simulate(elaborate(rig(parameters)), { engine: "verilator" });
  });
  after(() => simulation?.close());
  const run = (what: string, body: (bench: ListBench, drawn: () => number[]) => Promise<void>) =>
    t.test(what, async () => {
      await simulation?.run(
        async (tb) => {
          const random = new Random(7);
          const bench = await ListBench.make(tb, parameters, model, { seed: 7, stalls: noStalls });
          await bench.loadBuffers();
          await body(bench, () => Array.from({ length: parameters.columns }, () => random.below(shape.vocabulary)));
        },
        { name: `stalls-${what.replaceAll(" ", "-")}` },
      );
    });
  /** Cycles of a token as DRAM is now; its bits are those of the golden model. */
  const cycles = async (bench: ListBench, tokens: number[]): Promise<number> => {
    await bench.check(tokens, true);
    return (await bench.rig.counters()).CYCLES;
  };

  await run("reads that stall at random", async (bench, drawn) => {
    let before = await cycles(bench, drawn());
    for (const chance of [0.3, 0.7, 0.95]) {
      bench.rig.setStalls({ command: chance, data: chance, write: 0 });
      const now = await cycles(bench, drawn());
      assert.ok(now > before, `stalls of ${chance} cost cycles: ${now} after ${before}`);
      before = now;
    }
  });

  await run("writes that stall at random", async (bench, drawn) => {
    const alone = await cycles(bench, drawn());
    const { STALL_OUTPUT: waitedAlone } = await bench.rig.counters();
    for (const chance of [0.5, 0.9]) {
      bench.rig.setStalls({ command: 0, data: 0, write: chance });
      for (let step = 0; step < 3; step++) await bench.check(drawn(), true);
    }
    // So slow that everything behind the writes waits: the logits unit, the matrix, the weights.
    bench.rig.setStalls({ command: 0, data: 0, write: 0.99 });
    const slow = await cycles(bench, drawn());
    assert.ok(slow > 1.2 * alone, `${slow} cycles after ${alone}`);
    const { STALL_OUTPUT: waited } = await bench.rig.counters();
    assert.ok(
      waited > waitedAlone + alone / 2,
      `a matrix has waited ${waited} cycles for room for its results, ${waitedAlone} before`,
    );
  });

  await run("a refresh at any moment", async (bench, drawn) => {
    const { rig: hardware, golden } = bench;
    const alone = await cycles(bench, drawn());
    // Eight refreshes that were postponed, of 160 ns at 100 MHz.
    const refresh = 8 * 16;
    let later = 0;
    let moments = 0;
    for (let moment = 0; moment < alone; moment += 7, moments++) {
      const tokens = drawn();
      await hardware.start(bench.start(tokens, true));
      await hardware.tb.tick(moment);
      hardware.setStalls({ ...noStalls, pauseEvery: 1, pauseLength: 2 ** 20 });
      await hardware.tb.tick(refresh);
      hardware.setStalls(noStalls);
      assert.equal(await hardware.finish(), "NONE");
      golden.run(tokens, true);
      bench.checkBuffers();
      if ((await hardware.counters()).CYCLES > alone + refresh / 2) later++;
    }
    hardware.checkWrites();
    assert.ok(later > 0 && later < moments, `${later} of ${moments} refreshes were waited for`);
    t.diagnostic(`${moments} refreshes of ${refresh} cycles, ${later} of them were waited for; a token takes ${alone}`);
  });
});

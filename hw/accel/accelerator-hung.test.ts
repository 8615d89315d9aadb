/** DRAM that stops answering: a list ends with HUNG, the CPU can abort it, nothing outside region B changes, and the next good token is right. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, Random, simulate } from "../../gen/index.ts";
import { packModel } from "../../models/convert/pack.ts";
import { ReferenceEngine } from "../../models/reference/engine.ts";
import { randomCheckpoint } from "../../models/testing/random-model.ts";
import { ListBench, noStalls, rigParameters } from "./testing/list-bench.ts";
import { rig } from "./testing/rig.ts";
import type { RigBench } from "./testing/rig-bench.ts";

const shape = { dimension: 20, intermediate: 30, layers: 1, vocabulary: 262, tokenCount: 262, seed: 9n };
const { model } = packModel(randomCheckpoint(shape), { name: "random", calibrationTokens: 4 });
const watchdogCycles = 1024;
/** No command, no word, no write for longer than any test waits. */
const silence = { ...noStalls, pauseEvery: 1, pauseLength: 2 ** 24 - 1 };

// In gen's own simulator: two columns, two DRAM ports, a word of DRAM of two port words.
const parameters = {
  ...rigParameters(model, { portBytes: 8, dramWordBytes: 16, vectorLanes: 2, columns: 2, dramPorts: 2 }, 2 ** 17),
  watchdogCycles,
};
const simulation = simulate(elaborate(rig(parameters)));

/** All of the memory but region B. */
function outside({ rig: hardware, regions, golden }: ListBench): Buffer {
  const behind = regions.bufferBase + golden.buffers.length;
  return Buffer.concat([hardware.show(0, regions.bufferBase), hardware.show(behind, parameters.dramBytes - behind)]);
}

async function untilIdle(hardware: RigBench): Promise<string> {
  for (let poll = 0; poll < 1000; poll++) {
    const { busy, done, error } = await hardware.status();
    if (busy) continue;
    assert.ok(done);
    return error;
  }
  assert.fail("still busy");
}

/** DRAM falls silent `cycles` after the start of a token; then comes `body`, and then good tokens. */
async function silenced(cycles: number, body: (bench: ListBench) => Promise<void>): Promise<void> {
  await simulation.run(
    async (tb) => {
      const random = new Random(cycles);
      const drawn = (): number => random.below(shape.vocabulary);
      const bench = await ListBench.make(tb, parameters, model, { seed: cycles, stalls: noStalls });
      await bench.loadBuffers();
      const before = outside(bench);
      await bench.rig.start(bench.start([drawn(), drawn()], true));
      await tb.tick(cycles);
      assert.equal(tb.get("irq"), 0n, `a token takes more than ${cycles} cycles`);
      bench.rig.setStalls(silence);
      await body(bench);
      bench.rig.checkWrites();
      assert.ok(outside(bench).equals(before), "nothing outside region B has changed");
      // A sequence begins: its states are 0.
      bench.rig.show(bench.regions.bufferBase, bench.golden.buffers.length);
      await bench.loadBuffers();
      const reference = new ReferenceEngine(model);
      for (let step = 0; step < 2; step++) {
        const token = drawn();
        await bench.check([token], true);
        assert.deepEqual(bench.golden.logits(), reference.step(token), "the next good token is the reference's");
      }
    },
    { name: `hung-${cycles}` },
  );
}

/** Cycles of the undisturbed token; moments spread over it. */
async function moments(count: number): Promise<number[]> {
  let cycles = 0;
  await simulation.run(
    async (tb) => {
      const bench = await ListBench.make(tb, parameters, model, { seed: 1, stalls: noStalls });
      await bench.loadBuffers();
      await bench.check([1, 2], true);
      cycles = (await bench.rig.counters()).CYCLES;
    },
    { name: "undisturbed" },
  );
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * cycles) / count));
}

test("a list that DRAM leaves without an answer ends with HUNG, wherever it is", async (t) => {
  for (const cycles of await moments(10)) {
    await silenced(cycles, async ({ rig: hardware, golden }) => {
      await hardware.tb.until({ irq: 1 }, 2 * watchdogCycles);
      assert.deepEqual(await hardware.status(), { busy: true, done: true, error: "HUNG" });
      const command = await hardware.read("FAULT_COMMAND");
      assert.ok(command < golden.list.bytes / 64);
      t.diagnostic(`silent from cycle ${cycles} on: command ${command}`);
      hardware.setStalls(noStalls);
      assert.equal(await untilIdle(hardware), "HUNG");
    });
  }
});

test("a list that hangs can be aborted, before and after it was given up; no start is accepted until DRAM has answered", async () => {
  const [early, late] = await moments(2);
  assert.ok(early !== undefined && late !== undefined);
  await silenced(early, async (bench) => {
    const { rig: hardware } = bench;
    await hardware.tb.tick(100);
    await hardware.control("ABORT");
    assert.deepEqual(await hardware.status(), { busy: true, done: false, error: "ABORTED" });
    await hardware.tb.tick(3 * watchdogCycles);
    assert.deepEqual(await hardware.status(), { busy: true, done: false, error: "ABORTED" });
    hardware.setStalls(noStalls);
    assert.equal(await untilIdle(hardware), "ABORTED");
  });
  await silenced(late, async (bench) => {
    const { rig: hardware } = bench;
    await hardware.tb.until({ irq: 1 }, 2 * watchdogCycles);
    await hardware.start(bench.start([3], true));
    assert.deepEqual(await hardware.status(), { busy: true, done: true, error: "BUSY" });
    await hardware.control("ABORT");
    assert.deepEqual(await hardware.status(), { busy: true, done: false, error: "ABORTED" });
    hardware.setStalls(noStalls);
    assert.equal(await untilIdle(hardware), "ABORTED");
  });
});

test("a silence shorter than the limit changes no bit", async () => {
  for (const cycles of await moments(3)) {
    await simulation.run(
      async (tb) => {
        const bench = await ListBench.make(tb, parameters, model, { seed: cycles, stalls: noStalls });
        await bench.loadBuffers();
        await bench.rig.start(bench.start([5, 6], true));
        await tb.tick(cycles);
        bench.rig.setStalls(silence);
        await tb.tick(watchdogCycles - 64);
        bench.rig.setStalls(noStalls);
        assert.equal(await bench.rig.finish(), "NONE");
        bench.golden.run([5, 6], true);
        bench.checkBuffers();
      },
      { name: `short-silence-${cycles}` },
    );
  }
});

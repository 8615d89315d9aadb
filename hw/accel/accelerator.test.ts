/** The whole accelerator on Verilator: tokens of small random models against the golden model, whatever the memory does. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { elaborate, Random, simulate, type Simulation } from "../../gen/index.ts";
import { packModel } from "../../models/convert/pack.ts";
import { randomCheckpoint } from "../../models/testing/random-model.ts";
import type { AcceleratorParameters } from "./parameters.ts";
import { ListBench, manyStalls, noStalls, rigParameters } from "./testing/list-bench.ts";
import { rig } from "./testing/rig.ts";
import { checkHash } from "./testing/hash-check.ts";

const shape = { dimension: 80, intermediate: 208, layers: 2, vocabulary: 331, tokenCount: 262, seed: 1n };
const { model } = packModel(randomCheckpoint(shape), { name: "random", calibrationTokens: 4 });
const missing = spawnSync("verilator", ["--version"]).error !== undefined && process.env["CI"] === undefined;
const skip = missing ? "verilator is not here" : false;

/** Arty's, ECP5's (two port words in a word of DRAM) and a wide one with eight columns. */
const machines = {
  "16-byte port": rigParameters(model, { portBytes: 16, dramWordBytes: 16, vectorLanes: 4, columns: 1, dramPorts: 2 }),
  "8-byte port, 2 columns": rigParameters(model, { portBytes: 8, dramWordBytes: 16, vectorLanes: 2, columns: 2, dramPorts: 1 }),
  "32-byte port, 8 columns": rigParameters(model, { portBytes: 32, dramWordBytes: 32, vectorLanes: 8, columns: 8, dramPorts: 4 }),
} satisfies Record<string, AcceleratorParameters>;

for (const [name, parameters] of Object.entries(machines)) {
  test(name, { skip }, async (t) => {
    let simulation: Simulation | undefined;
    before(() => {
      simulation = simulate(elaborate(rig(parameters)), { engine: "verilator" });
    });
    after(() => simulation?.close());
    const run = (what: string, seed: number, body: (bench: ListBench, random: Random) => Promise<void>, stalls = manyStalls) =>
      t.test(what, async () => {
        const name = `accelerator-${parameters.portBytes}-${what.replaceAll(" ", "-")}`;
        await simulation?.run(
          async (tb) => {
            const bench = await ListBench.make(tb, parameters, model, { seed, stalls });
            await bench.loadBuffers();
            await body(bench, new Random(seed));
          },
          { name },
        );
      });
    const drawn = (random: Random): number[] =>
      Array.from({ length: 1 + random.below(parameters.columns) }, () => random.below(shape.vocabulary));

    await run(
      "a prompt without stalls",
      1,
      async (bench) => {
        await bench.check(
          Array.from({ length: parameters.columns }, (_, column) => 7 * column + 3),
          false,
        );
        await bench.check([5], true);
        const { CYCLES, WEIGHT_BEATS, MATRIX_CYCLES, VECTOR_CYCLES, COMMAND_CYCLES } = await bench.rig.counters();
        // Every trit of the six matrices of each layer and of the head, five rows and a port word of columns a beat.
        const words = (rows: number, columns: number): number =>
          Math.ceil(rows / 5) * ((Math.ceil(columns / 64) * 64) / parameters.portBytes);
        const layer = 4 * words(80, 80) + words(416, 80) + words(80, 208);
        assert.equal(WEIGHT_BEATS, 2 * layer + words(331, 80));
        assert.ok(MATRIX_CYCLES + VECTOR_CYCLES + COMMAND_CYCLES <= CYCLES);
        t.diagnostic(`a token with logits: ${CYCLES} cycles, ${WEIGHT_BEATS} beats of weights`);
      },
      noStalls,
    );
    await run("a prompt with stalls everywhere", 2, async (bench, random) => {
      for (let step = 0; step < 6; step++) await bench.check(drawn(random), step % 2 === 1);
    });
    await run("tokens between pauses longer than a refresh", 3, async (bench, random) => {
      for (let step = 0; step < 4; step++) {
        bench.rig.setStalls({
          command: 0.1,
          data: 0.1,
          write: 0.9,
          pauseEvery: 40 + random.below(400),
          pauseLength: random.below(900),
        });
        await bench.check(drawn(random), step !== 0);
      }
    });
    await run("an abort at any time, then a token", 4, async (bench, random) => {
      for (let round = 0; round < 12; round++) {
        await bench.rig.start(bench.start(drawn(random), true));
        await bench.rig.tb.tick(random.below(round < 6 ? 300 : 6000));
        if (bench.rig.tb.get("irq") === 1n) continue;
        await bench.rig.control("ABORT");
        assert.equal(await bench.rig.finish(), "ABORTED");
        bench.rig.checkWrites();
        bench.rig.show(bench.regions.bufferBase, bench.golden.buffers.length);
        await bench.loadBuffers();
        await bench.check(drawn(random), round % 2 === 0);
      }
    });
    await run("what is refused starts nothing", 5, async (bench) => {
      const { rig: hardware, regions, golden } = bench;
      const good = bench.start([3], false);
      const { list } = good;
      const refused = async (wanted: string, change: () => Promise<void>): Promise<void> => {
        await change();
        const { busy, done, error } = await hardware.status();
        assert.deepEqual({ busy, done, error }, { busy: false, done: true, error: wanted });
        await hardware.setRegions(regions, golden.container.length, golden.buffers.length);
      };
      await refused("ACTIVE", () => hardware.start({ ...good, tokens: [] }));
      await refused("RANGE", () => hardware.start({ ...good, list: { ...list, bytes: 0 } }));
      await refused("RANGE", () => hardware.start({ ...good, list: { ...list, bytes: 2 ** 20 + 64 } }));
      await refused("RANGE", () => hardware.start({ ...good, list: { ...list, bytes: list.bytes + 32 } }));
      await refused("RANGE", () =>
        hardware.start({ ...good, list: { ...list, offset: golden.container.length - list.bytes + 64 } }),
      );
      await refused("RANGE", () => hardware.start({ ...good, list: { ...list, offset: 2 ** 32 - 64 } }));
      await refused("RANGE", () =>
        hardware.start({ ...good, list: { ...list, region: "buffers", offset: golden.buffers.length } }),
      );
      await refused("RANGE", async () => {
        await hardware.setRegions(regions, 2 ** 20 - regions.modelBase + 64, golden.buffers.length);
        await hardware.start(good);
      });
      await refused("RANGE", async () => {
        await hardware.write("BUFFER_BASE", 2 ** 32 - 64);
        await hardware.start(good);
      });
      await refused("RANGE", async () => {
        await hardware.setRegions({ ...regions, modelBase: regions.modelBase + 8 }, golden.container.length, golden.buffers.length);
        await hardware.start(good);
      });
      // While a list runs its settings are locked, and another start is refused.
      await hardware.start(good);
      await hardware.write("BUFFER_BASE", 0);
      await hardware.write("MODEL_BYTES", 0);
      await hardware.write("RUN", 1 + 256);
      assert.equal((await hardware.status()).error, "BUSY");
      await hardware.finish();
      golden.run([3], false);
      bench.checkBuffers();
      await bench.check([3], true);
    });
    await run("a start judges what was written right before it", 7, async (bench) => {
      const { rig: hardware, regions, golden } = bench;
      const good = bench.start([3], false);
      await hardware.start(good);
      assert.equal(await hardware.finish(), "NONE");
      const settings = {
        LIST_OFFSET: good.list.offset,
        LIST_BYTES: good.list.bytes,
        MODEL_BASE: regions.modelBase,
        MODEL_BYTES: golden.container.length,
        BUFFER_BASE: regions.bufferBase,
        BUFFER_BYTES: golden.buffers.length,
      };
      for (const [name, value] of Object.entries(settings)) {
        for (const wrong of [value + 32, 2 ** 32 - 64]) {
          await hardware.write(name, wrong);
          await hardware.write("RUN", 1 + 2 ** 8);
          assert.equal((await hardware.status()).error, "RANGE", name);
          // And the other way round: what was wrong until now starts, and a doorbell later changes nothing of it.
          await hardware.write(name, value);
          await hardware.write("RUN", 1 + 2 ** 8);
          await hardware.write(name, wrong);
          assert.ok((await hardware.status()).busy, name);
          assert.equal(await hardware.finish(), "NONE");
          await hardware.write(name, value);
        }
      }
      for (const [address, blocks, error] of [
        [2 ** 20 - 128, 3, "RANGE"],
        [2 ** 18 + 8, 1, "RANGE"],
        [2 ** 18, 0, "BLOCKS"],
      ] as const) {
        await hardware.write("SHA_ADDRESS", address);
        await hardware.write("SHA_BLOCKS", blocks);
        await hardware.control("START_SHA", "SHA_INIT");
        assert.equal((await hardware.status()).error, error);
        await hardware.write("SHA_BLOCKS", 1);
        await hardware.write("SHA_ADDRESS", 2 ** 20 - 64);
        await hardware.control("START_SHA", "SHA_INIT");
        assert.equal(await hardware.finish(), "NONE");
      }
    });
    await run("hashes between lists", 6, async (bench, random) => {
      for (let round = 0; round < 4; round++) {
        await checkHash(bench.rig, random, 2 ** 18 + 64 * random.below(100), 1 + random.below(700));
        await bench.check(drawn(random), true);
      }
    });
  });
}

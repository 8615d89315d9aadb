/** Several sequences share one pass over the weights, one a column, in gen's own simulator: each is what the reference makes of it alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, Random, simulate } from "../../gen/index.ts";
import { int32At } from "../../models/compile/region-bytes.ts";
import { packModel } from "../../models/convert/pack.ts";
import { ReferenceEngine } from "../../models/reference/engine.ts";
import { randomCheckpoint } from "../../models/testing/random-model.ts";
import type { AcceleratorParameters } from "./parameters.ts";
import { ListBench, manyStalls, noStalls, rigParameters } from "./testing/list-bench.ts";
import { rig } from "./testing/rig.ts";
import type { RigStalls } from "./testing/rig-bench.ts";

const shape = { dimension: 24, intermediate: 70, layers: 2, vocabulary: 270, tokenCount: 262, seed: 11n };
const { model } = packModel(randomCheckpoint(shape), { name: "random", calibrationTokens: 4 });

const machines: Readonly<Record<string, AcceleratorParameters>> = {
  "2 columns, 8-byte port": rigParameters(model, { portBytes: 8, dramWordBytes: 16, vectorLanes: 2, columns: 2, dramPorts: 2 }),
  "4 columns, 16-byte port": rigParameters(model, { portBytes: 16, dramWordBytes: 16, vectorLanes: 4, columns: 4, dramPorts: 1 }),
  "8 columns, 32-byte port": rigParameters(model, { portBytes: 32, dramWordBytes: 32, vectorLanes: 8, columns: 8, dramPorts: 2 }),
};

/** The reference alone with one sequence: its logits and, per layer, its state after each token. */
class Alone {
  readonly states: Int32Array[] = [];
  logits = new Int32Array();
  readonly #engine = new ReferenceEngine(model, (tensor, vector) => {
    const layer = /^layers\.(\d+)\.state$/.exec(tensor)?.[1];
    if (layer !== undefined) this.states[Number(layer)] = vector.slice();
  });

  step(token: number): void {
    this.logits = new Int32Array(this.#engine.step(token));
  }

  /** Its greedy choice: the largest logit; ties: the lower token. */
  best(): { token: number; logit: number } {
    const logit = Math.max(...this.logits);
    return { token: this.logits.indexOf(logit), logit };
  }
}

for (const [name, parameters] of Object.entries(machines)) {
  const { columns } = parameters;
  test(name, async (t) => {
    const simulation = simulate(elaborate(rig(parameters)));
    const run = async (what: string, stalls: RigStalls, seed: number): Promise<void> => {
      await simulation.run(
        async (tb) => {
          const bench = await ListBench.make(tb, parameters, model, { seed, stalls, options: { sequences: columns } });
          await bench.loadBuffers();
          const { layout, buffers } = bench.golden;
          const random = new Random(seed);
          // Prompts of different lengths, the longest first: those that go on are the first columns.
          const longest = 5;
          const sequences = Array.from({ length: columns }, (_, s) => ({
            prompt: Array.from({ length: longest - (s % longest) }, () => random.below(shape.vocabulary)),
            alone: new Alone(),
          })).sort((a, b) => b.prompt.length - a.prompt.length);
          for (let step = 0; step < longest; step++) {
            const active = sequences.filter(({ prompt }) => step < prompt.length);
            for (const { prompt, alone } of active) alone.step(prompt[step] ?? 0);
            await bench.rig.start(bench.start(active.map(({ prompt }) => prompt[step] ?? 0), true)); // prettier-ignore
            assert.equal(await bench.rig.finish(), "NONE");
            bench.rig.checkWrites();
            const shown = bench.rig.show(bench.regions.bufferBase, buffers.length);
            // Those that have ended keep what they had.
            for (const [s, { alone }] of sequences.entries()) {
              assert.deepEqual(int32At(shown, layout.logits(s), shape.vocabulary), alone.logits, `logits of sequence ${s}`);
              for (const [layer, state] of alone.states.entries())
                assert.deepEqual(int32At(shown, layout.state(layer, s), shape.dimension), state, `state ${layer} of sequence ${s}`);
            }
            for (const [s, { alone }] of active.entries()) assert.deepEqual(await bench.rig.best(s), alone.best());
            if (step === 0) {
              const { CYCLES, WEIGHT_BEATS } = await bench.rig.counters();
              t.diagnostic(
                `${what}: ${CYCLES} cycles, ${WEIGHT_BEATS} words of weights for a token of each of ${active.length} sequences`,
              );
            }
          }
        },
        { name: `sequences-${columns}-${seed}` },
      );
    };
    await run("without stalls", noStalls, 1);
    await run("with stalls everywhere", manyStalls, 2);
  });
}

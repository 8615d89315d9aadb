import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, Random, simulate } from "../../../gen/index.ts";
import type { OperationName } from "../commands.ts";
import { randomCommand, vectorOperations } from "./testing/random-command.ts";
import { VectorBench } from "./testing/vector-bench.ts";
import { vectorUnit } from "./vector-unit.ts";

const parameters = { portBytes: 16, vectorLanes: 4, columns: 1, vectorElements: 2048, activationBytes: 1024, stateElements: 1024 };
const count = 1024;

/** Passes over the vector, and the most cycles beyond those of its groups. */
const budgets: Readonly<Record<(typeof vectorOperations)[number], readonly [passes: number, more: number]>> = {
  EMBED: [1, 25],
  NORM: [1, 60],
  QUANTISE: [2, 75],
  SQUARES: [1, 25],
  GATE: [1, 25],
  LOAD_STATE: [1, 25],
  UPDATE: [1, 25],
  STORE_STATE: [1, 10],
  GLU: [1, 25],
  RESIDUAL: [1, 25],
  LOAD_ACTIVATIONS: [1, 25],
  STORE: [1, 10],
};

test("cycles of every command, from its start until the next one may start", async (t) => {
  const simulation = simulate(elaborate(vectorUnit(parameters)));
  await simulation.run(async (tb) => {
    const bench = new VectorBench(tb, parameters, { stall: 0, seed: 1 });
    const random = new Random(1);
    for (const name of vectorOperations) {
      const drawn = randomCommand(random, parameters, name satisfies OperationName, count);
      const command = {
        ...drawn,
        count,
        stream: drawn.stream.length === 0 ? [] : Array.from({ length: count }, (_, i) => i % 100),
      };
      const { cycles } = await bench.run(command);
      const [passes, more] = budgets[name];
      const beyond = cycles - passes * (count / parameters.vectorLanes);
      t.diagnostic(`${name}: ${beyond} cycles`);
      assert.ok(beyond <= more, `${name}: ${beyond} cycles more than its groups`);
    }
  });
});

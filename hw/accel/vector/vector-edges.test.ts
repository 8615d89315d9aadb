import { test } from "node:test";
import { elaborate, simulate } from "../../../gen/index.ts";
import { randomCommand, vectorOperations } from "./testing/random-command.ts";
import { commandOf, VectorScenario } from "./testing/vector-scenario.ts";
import type { ModelCommand } from "./testing/vector-model.ts";
import { vectorUnit } from "./vector-unit.ts";

const parameters = { portBytes: 16, vectorLanes: 4, columns: 2, vectorElements: 128, activationBytes: 64, stateElements: 64 };
const simulation = simulate(elaborate(vectorUnit(parameters)));
const [least, most] = [-(2 ** 23), 2 ** 23 - 1];
const both = [0, 1];

/** Runs a scenario on filled banks. */
const scenario = (body: (scenario: VectorScenario) => Promise<void>): Promise<void> =>
  simulation.run(async (tb) => {
    const run = new VectorScenario(tb, parameters, { stall: 0.1, seed: 3 });
    await run.fillBanks();
    await body(run);
  });

/** Vectors whose norm, maximum or products are extreme. */
const extremes: Readonly<Record<string, readonly number[]>> = {
  zeros: [0, 0, 0, 0, 0],
  one: [1, 0, 0],
  "minus one": [0, 0, 0, 0, 0, 0, -1],
  "the largest": [most],
  "the least": [least, least, least, least, least, least, least],
  "all largest": new Array<number>(61).fill(most),
  both: [least, most, least, most, 1, -1, 0, 2],
};
const gains: Readonly<Record<string, number>> = { zero: 0, one: 1, "the least": -32768, "the largest": 32767 };

for (const [name, values] of Object.entries(extremes)) {
  test(`NORM and QUANTISE of ${name}, with extreme gains and epsilons`, async () => {
    await scenario(async (run) => {
      const count = values.length;
      for (const gain of Object.values(gains)) {
        const stream = values.map(() => gain);
        for (const epsilon of [0n, 1n, 2n ** 62n - 1n]) {
          await run.write([values, values], both, { bank: 0, element: 0 });
          for (const [gainFraction, fractionOut] of [
            [0, 20],
            [20, 0],
            [9, 9],
          ] as const) {
            const shared = { columns: both, count, stream, epsilon, gainFraction, fractionOut };
            await run.run(commandOf({ ...shared, name: "NORM", destination: { bank: 1, element: 0 } }));
            for (const exponent of [-64, 20, 64])
              await run.run(commandOf({ ...shared, name: "QUANTISE", mantissa: 65535, exponent }));
          }
        }
      }
    });
  });
}

test("GLU, RESIDUAL and UPDATE at the borders of saturation", async () => {
  await scenario(async (run) => {
    const a = [least, least, most, most, 0, 1, -1, most, least];
    const b = [least, most, least, most, least, most, least, -1, -1];
    for (const shift of [0, 1, 22, 23, 24, 40, 63]) {
      for (const fractionIn of [0, 20]) {
        await run.write([a, b], both, { bank: 0, element: 0 });
        await run.write([b, a], both, { bank: 1, element: 0 });
        const destination = { bank: 1, element: 64 } as const;
        await run.run(commandOf({ name: "GLU", columns: both, count: a.length, fractionIn, shift, destination }));
        await run.run(commandOf({ name: "RESIDUAL", columns: both, count: a.length }));
      }
    }
    const keep = [0, 65536, 32768, 1, 65535, 65536, 0, 2, 65536];
    await run.write([keep, keep], both, { bank: 0, element: 64 });
    for (const fractionIn of [0, 20]) {
      await run.run(commandOf({ name: "LOAD_STATE", count: 9, stream: b.toReversed() }));
      const update = { columns: both, count: 9, a: { bank: 0, element: 64 }, fractionIn } as const;
      await run.run(commandOf({ ...update, name: "UPDATE", destination: { bank: 1, element: 64 } }));
    }
  });
});

test("GATE with and without a bound, at both ends of the sigmoid", async () => {
  await scenario(async (run) => {
    const values = [least, most, 0, 1, -1, 4096, -4096, 65535 * 2 ** 7, -65535 * 2 ** 7];
    for (const bound of [0, 1, 32768, 65535]) {
      for (const fractionIn of [0, 12, 20]) {
        await run.write([values, values.toReversed()], both, { bank: 1, element: 0 });
        const gate = { name: "GATE", columns: both, count: values.length, a: { bank: 1, element: 0 }, fractionIn } as const;
        await run.run(commandOf({ ...gate, bound: true, stream: values.map(() => bound) }));
        await run.run(commandOf(gate));
      }
    }
  });
});

test("EMBED with every shift and extreme mantissas", async () => {
  await scenario(async (run) => {
    const row = [-128, 127, 0, 1, -1, 64, -64];
    for (let shift = 0; shift < 64; shift++) {
      const tokenScales = [65535, 1].map((mantissa) => ({ mantissa, shift }));
      await run.run(
        commandOf({ name: "EMBED", columns: both, count: row.length, stream: [...row, ...row.toReversed()], tokenScales }),
      );
    }
  });
});

test("every number of elements, from one", async () => {
  await scenario(async (run) => {
    for (let count = 1; count <= 13; count++) {
      for (const name of vectorOperations) {
        const drawn = randomCommand(run.random, parameters, name, 64);
        const elements = name === "EMBED" ? count * drawn.columns.length : count;
        const stream = drawn.stream.length === 0 ? [] : Array.from({ length: elements }, (_, i) => (17 * i + 60) % 128);
        const command = { ...drawn, count, stream };
        await run.fill(command);
        await run.run(command);
      }
    }
  });
});

test("after clear, at any time, the unit is idle and right again", async () => {
  const drawn = (run: VectorScenario): ModelCommand => {
    const name = vectorOperations[run.random.below(vectorOperations.length)] ?? "NORM";
    return randomCommand(run.random, parameters, name, 64);
  };
  await simulation.run(async (tb) => {
    const run = new VectorScenario(tb, parameters, { stall: 0.1, seed: 4, clears: true });
    await run.fillBanks();
    for (let round = 0; round < 100; round++) {
      await run.abort(drawn(run), run.random.below(70));
      const next = drawn(run);
      if (next.name === "UPDATE") await run.fill(next);
      await run.run(next);
    }
  });
});

// The golden model against the reference engine: same logits, same states, whatever the number of columns.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeCommand, encodeList, type Command } from "../../hw/accel/command-codec.ts";
import { packModel } from "../convert/pack.ts";
import type { Model } from "../container/model.ts";
import { ReferenceEngine } from "../reference/engine.ts";
import { extremeModel } from "../testing/extreme-model.ts";
import { ListRunner, machineParameters } from "../testing/list-runner.ts";
import { randomCheckpoint, type RandomShape } from "../testing/random-model.ts";
import { CommandMachine } from "./command-machine.ts";
import { operand } from "./vector-layout.ts";

/** Tells what the reference engine says after each token: its logits and its states. */
class Expectation {
  readonly states: Int32Array[] = [];
  readonly #engine: ReferenceEngine;

  constructor(model: Model) {
    this.#engine = new ReferenceEngine(model, (tensor, vector) => {
      const layer = /^layers\.(\d+)\.state$/.exec(tensor)?.[1];
      if (layer !== undefined) this.states[Number(layer)] = vector.slice();
    });
  }

  step(token: number): Int32Array {
    return this.#engine.step(token);
  }
}

const shape = fc.record({
  dimension: fc.integer({ min: 1, max: 90 }),
  intermediate: fc.integer({ min: 1, max: 150 }),
  layers: fc.integer({ min: 1, max: 3 }),
  vocabulary: fc.integer({ min: 262, max: 290 }),
  tokenCount: fc.constant(262),
  seed: fc.bigInt({ min: 0n, max: 1_000_000n }),
});
/** A packed random model, or one with extreme values, which has a shape of its own. */
type Description = { readonly shape: RandomShape } | { readonly extreme: bigint };
const models: fc.Arbitrary<Description> = fc.oneof(
  fc.record({ shape }),
  fc.record({ extreme: fc.bigInt({ min: 0n, max: 1_000_000n }) }),
);
const modelOf = (given: Description): Model =>
  "shape" in given
    ? packModel(randomCheckpoint(given.shape), { name: "random", calibrationTokens: 4 }).model
    : extremeModel(given.extreme);
const lanes = fc.constantFrom(2, 4, 8, 16);
const tokens = fc.array(fc.integer({ min: 0, max: 261 }), { minLength: 1, maxLength: 11 });

function greatest(logits: Int32Array): { token: number; logit: number } {
  const logit = Math.max(...logits);
  return { token: logits.indexOf(logit), logit };
}

test("a prompt in columns leaves the logits and states of the reference, token by token", () => {
  fc.assert(
    fc.property(models, lanes, fc.constantFrom(1, 2, 4, 8), tokens, (given, vectorLanes, columns, prompt) => {
      const model = modelOf(given);
      const runner = new ListRunner(model, machineParameters(model, columns, vectorLanes));
      const expected = new Expectation(model);
      for (let start = 0; start < prompt.length; start += columns) {
        const part = prompt.slice(start, start + columns);
        let logits: Int32Array = new Int32Array();
        for (const token of part) logits = expected.step(token);
        const isLast = start + columns >= prompt.length;
        const before = runner.logits();
        const result = runner.run(part, isLast);
        assert.equal(result.error, "NONE");
        assert.equal(result.command, isLast ? 24 * model.layers.length + 5 : 24 * model.layers.length + 1);
        for (const [layer, state] of expected.states.entries()) assert.deepEqual(runner.state(layer), state);
        assert.deepEqual(runner.logits(), isLast ? logits : before);
        assert.deepEqual(result.best[part.length - 1], isLast ? greatest(logits) : undefined);
        if (isLast) {
          const sorted = [...logits.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
          assert.deepEqual(
            result.top,
            sorted.slice(0, 8).map((token) => ({ token, logit: logits[token] })),
          );
        }
      }
    }),
    { numRuns: 40 },
  );
});

test("several sequences side by side are each what the reference makes of it", () => {
  fc.assert(
    fc.property(models, fc.constantFrom(2, 4), fc.array(tokens, { minLength: 4, maxLength: 4 }), (given, columns, prompts) => {
      const model = modelOf(given);
      const runner = new ListRunner(model, machineParameters(model, columns, 4), { sequences: columns });
      const sequences = prompts.slice(0, columns).map((prompt) => ({ prompt, expected: new Expectation(model) }));
      sequences.sort((a, b) => b.prompt.length - a.prompt.length); // the active columns are the first ones
      for (let step = 0; ; step++) {
        const active = sequences.filter(({ prompt }) => step < prompt.length);
        if (active.length === 0) break;
        const logits = active.map(({ prompt, expected }) => expected.step(prompt[step] ?? 0));
        const result = runner.run(
          active.map(({ prompt }) => prompt[step] ?? 0),
          true,
        );
        assert.equal(result.error, "NONE");
        for (const [s, { expected }] of active.entries()) {
          assert.deepEqual(runner.logits(s), logits[s]);
          assert.deepEqual(result.best[s], greatest(logits[s] ?? new Int32Array()));
          for (const [layer, state] of expected.states.entries()) assert.deepEqual(runner.state(layer, s), state);
        }
      }
    }),
    { numRuns: 12 },
  );
});

const parameters = { columns: 2, vectorLanes: 4, vectorElements: 128, stateElements: 64, activationBytes: 128, topK: 4 };
const token = { token: 0, mantissa: 0, shift: 0 };

/** Runs commands that lie in region B behind `free` bytes. */
function runCommands(machine: CommandMachine, commands: readonly Uint8Array[], free = 512, active = 1) {
  const buffers = new Uint8Array(free + 64 * commands.length);
  for (const [i, command] of commands.entries()) buffers.set(command, free + 64 * i);
  const list = { region: "buffers", offset: free, bytes: 64 * commands.length } as const;
  const tokens = new Array<typeof token>(active).fill(token);
  return { buffers, result: machine.run({ model: new Uint8Array(64), buffers, list, logits: true, tokens }) };
}

test("a fault stops the list where it is: what comes before is done, nothing behind it", () => {
  const machine = new CommandMachine(parameters);
  machine.bank(0).set([1, -2, 3, -4, 5]);
  const store = (offset: number): Command => ({ operation: "STORE", column: 0, count: 5, offset, a: 0 });
  const { buffers, result } = runCommands(machine, [store(0), store(128), store(64)].map(encodeCommand));
  assert.deepEqual([result.error, result.command], ["LENGTH", 3]);
  assert.deepEqual([...new Int32Array(buffers.buffer, 0, 6)], [1, -2, 3, -4, 5, 0]);
  assert.deepEqual([...new Int32Array(buffers.buffer, 64, 5)], [1, -2, 3, -4, 5]);

  const second = runCommands(machine, [store(0), store(2 ** 20), store(64)].map(encodeCommand));
  assert.deepEqual([second.result.error, second.result.command], ["REGION", 1]);
  assert.equal(second.buffers[0], 1);
  assert.ok(second.buffers.subarray(64, 512).every((byte) => byte === 0));
});

test("columns that are not active are skipped with their commands, which are still checked", () => {
  const machine = new CommandMachine(parameters);
  machine.bank(1, 1).fill(7);
  const second: Command = { operation: "STORE", column: 1, count: 4, offset: 0, a: operand(1, 0) };
  const end: Command = { operation: "END" };
  const skipped = runCommands(machine, [second, end].map(encodeCommand));
  assert.deepEqual([skipped.result.error, skipped.result.command, skipped.buffers[0]], ["NONE", 1, 0]);
  const run = runCommands(machine, [second, end].map(encodeCommand), 512, 2);
  assert.deepEqual([run.result.error, run.buffers[0]], ["NONE", 7]);
  const wrong = runCommands(machine, [{ ...second, offset: 32 }, end].map(encodeCommand));
  assert.deepEqual([wrong.result.error, wrong.result.command], ["ADDRESS", 0]);
});

test("a list with any bits flipped ends, and never changes the model", () => {
  const model = packModel(
    randomCheckpoint({ dimension: 20, intermediate: 30, layers: 1, vocabulary: 262, tokenCount: 262, seed: 5n }),
    { name: "random", calibrationTokens: 4 },
  ).model;
  const runner = new ListRunner(model, machineParameters(model, 2, 4));
  const { offset, bytes } = runner.list;
  const good = runner.container.slice();
  const flips = fc.array(fc.tuple(fc.nat(bytes - 1), fc.nat(7)), { minLength: 1, maxLength: 3 });
  const errors = new Set<string>();
  fc.assert(
    fc.property(flips, (places) => {
      for (const [at, bit] of places) runner.container[offset + at] = (runner.container[offset + at] ?? 0) ^ (1 << bit);
      const before = runner.container.slice();
      const { error, command } = runner.run([1, 2], true);
      errors.add(error);
      assert.ok(command <= bytes / 64);
      assert.deepEqual(runner.container, before);
      runner.container.set(good);
    }),
    { numRuns: 400 },
  );
  for (const error of ["NONE", "OPCODE", "FIELD", "COUNT", "ADDRESS", "REGION"]) assert.ok(errors.has(error), error);
  runner.buffers.fill(0);
  assert.equal(runner.run([1, 2], true).error, "NONE");
  const reference = new ReferenceEngine(model);
  reference.step(1);
  assert.deepEqual(runner.logits(), reference.step(2), "the next good list is as good as ever");
});

test("a list that cannot start is refused", () => {
  const machine = new CommandMachine(parameters);
  const end = encodeList([{ operation: "END" }]);
  const good = {
    model: end,
    buffers: new Uint8Array(64),
    list: { region: "model", offset: 0, bytes: 64 },
    logits: true,
    tokens: [token],
  } as const;
  assert.equal(machine.run(good).error, "NONE");
  assert.equal(machine.run({ ...good, tokens: [] }).error, "ACTIVE");
  assert.equal(machine.run({ ...good, tokens: [token, token, token] }).error, "ACTIVE");
  for (const change of [
    { offset: 64 },
    { offset: 32 },
    { bytes: 0 },
    { bytes: 128 },
    { bytes: 2 ** 20 + 64 },
    { offset: 2 ** 52 },
  ]) {
    assert.equal(machine.run({ ...good, list: { ...good.list, ...change } }).error, "RANGE");
  }
  assert.equal(machine.run({ ...good, buffers: new Uint8Array(65) }).error, "RANGE");
});

test("the trace tells every command that ran", () => {
  const names: string[] = [];
  const machine = new CommandMachine(parameters, (index, name) => names.push(`${index} ${name}`));
  runCommands(machine, [{ operation: "SQUARES", count: 3, a: 0 } as const, { operation: "END" } as const].map(encodeCommand));
  assert.deepEqual(names, ["0 SQUARES"]);
});

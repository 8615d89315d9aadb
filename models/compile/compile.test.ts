import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { commandProblem, type CheckContext } from "../../hw/accel/command-check.ts";
import { decodeCommand, encodeCommand, encodeList } from "../../hw/accel/command-codec.ts";
import { readContainer, readHeader } from "../container.ts";
import { TernelError } from "../errors.ts";
import { ListRunner, machineParameters } from "../testing/list-runner.ts";
import { randomTables } from "../testing/random-container.ts";
import { bufferLayout, emitBufferMacros } from "./buffer-layout.ts";
import { commandListBytes, commandListOf, compileCommands } from "./compile.ts";
import { vectorLayout } from "./vector-layout.ts";

const shape = fc.record({
  dimension: fc.integer({ min: 1, max: 300 }),
  intermediate: fc.integer({ min: 1, max: 500 }),
  layers: fc.integer({ min: 1, max: 4 }),
  vocabulary: fc.integer({ min: 257, max: 1000 }),
});
const sequences = fc.constantFrom(undefined, 1, 3);

test("every command passes the hardware's checks, on the smallest hardware that the layout asks for, and on no smaller one", () => {
  fc.assert(
    fc.property(shape, sequences, (given, count) => {
      const model = randomTables("random", given, 1);
      const commands = compileCommands(model, count === undefined ? {} : { sequences: count });
      const columns = count ?? 1;
      const parameters = machineParameters(model, columns, 4);
      // What is above all streams is the list itself; the model's bytes need not be there for the checks.
      const context: CheckContext = {
        parameters,
        modelBytes: 2 ** 32 - 64,
        bufferBytes: bufferLayout(given, count).bytes,
        tokens: new Array<number>(columns).fill(given.vocabulary - 1),
      };
      const problems = (changed: CheckContext): (string | undefined)[] =>
        commands.map((command) => commandProblem(encodeCommand(command), changed));
      assert.deepEqual(
        problems(context).filter((problem) => problem !== undefined),
        [],
      );
      const smaller = (change: Partial<typeof parameters>): CheckContext => ({
        ...context,
        parameters: { ...parameters, ...change },
      });
      for (const change of [
        { vectorElements: parameters.vectorElements - 64 },
        { stateElements: parameters.stateElements - 64 },
        { activationBytes: parameters.activationBytes - 64 },
      ]) {
        assert.ok(problems(smaller(change)).includes("COUNT"));
      }
      assert.ok(problems({ ...context, bufferBytes: context.bufferBytes - 64 }).includes("REGION"));
      const tokens = new Array<number>(columns).fill(given.vocabulary);
      assert.deepEqual(problems({ ...context, tokens }).slice(0, 2), ["TOKEN", undefined]);
    }),
    { numRuns: 30 },
  );
});

test("the list has the length that the container reserves, and decodes to the commands", () => {
  fc.assert(
    fc.property(shape, (given) => {
      const model = randomTables("random", given, 1);
      const list = commandListOf(model);
      assert.equal(list.length, commandListBytes(given.layers));
      const commands = compileCommands(model);
      assert.equal(commands.length, list.length / 64);
      for (const [i, command] of commands.entries()) {
        const decoded = decodeCommand(list.subarray(64 * i, 64 * i + 64));
        assert.ok(decoded !== undefined);
        assert.deepEqual(encodeCommand(decoded), encodeCommand(command));
      }
    }),
    { numRuns: 10 },
  );
});

test("several sequences take their states in turns, each at its own place", () => {
  const model = randomTables("random", { dimension: 65, intermediate: 30, layers: 2, vocabulary: 257 }, 1);
  const commands = compileCommands(model, { sequences: 2 });
  assert.equal(commands.length, 2 * 24 + 6 + 2 * 3);
  const turns = commands
    .filter(({ operation }) => operation.endsWith("STATE") || operation === "UPDATE")
    .map(({ operation, column, offset }) => [operation, column, offset ?? -1]);
  const turn = (column: number, offset: number): unknown[][] => [
    ["LOAD_STATE", column, offset],
    ["UPDATE", column, -1],
    ["STORE_STATE", column, offset],
  ];
  assert.deepEqual(turns, [...turn(0, 0), ...turn(1, 640), ...turn(0, 320), ...turn(1, 960)]);
  const head = commands.at(-2);
  assert.deepEqual([head?.operation, head?.column, head?.destination], ["MATRIX", undefined, 1280]);
});

test("the layouts of the public sizes", () => {
  const elements = (dimension: number, intermediate: number): number => vectorLayout({ dimension, intermediate }).vectorElements;
  assert.deepEqual([elements(1024, 2816), elements(2048, 5632), elements(2560, 6912), elements(1, 1)], [3840, 7680, 9472, 128]);
  const buffers = bufferLayout({ dimension: 1024, layers: 24, vocabulary: 32_000 });
  assert.deepEqual([buffers.state(23), buffers.logits(), buffers.bytes], [94_208, 98_304, 226_304]);
  assert.throws(
    () => bufferLayout({ dimension: 8192, layers: 128, vocabulary: 262_144 }, 1024),
    new TernelError("packTooLarge", "states and logits"),
  );
  assert.ok(emitBufferMacros().includes("#define TERNEL_BUFFER_ALIGN 64u"));
});

test("the shipped container's own list tells the story, eight columns of the prompt at a time", () => {
  const bytes = readFileSync(new URL("../zoo/stories-1m.tern", import.meta.url));
  const model = readContainer(bytes);
  const place = readHeader(bytes).layout.places.get("commands");
  assert.ok(place !== undefined);
  assert.deepEqual(new Uint8Array(bytes.subarray(place.offset, place.offset + place.bytes)), encodeList(compileCommands(model)));

  // "Once upon a time", greedily: the tokens and the hash are those of models/reference/run.test.ts.
  const runner = new ListRunner(model, machineParameters(model, 8, 4));
  const hash = createHash("sha256");
  let next = [model.startToken, 414, 427, 259, 389];
  for (let step = 0; step < 64; step++) {
    const result = runner.run(next, true);
    const logits = runner.logits();
    hash.update(new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength));
    next = [result.best[next.length - 1]?.token ?? -1];
  }
  assert.equal(hash.digest("hex"), "0f9a08afb3c92c586769bb6ad17d69da673c26978c41874b9a43dd63c1454ffe");
});

/** The list fetcher against the checks in plain TypeScript: what it passes on, what it asks for, and where it stops. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate, type Agent, type Engine } from "../../gen/index.ts";
import { commandProblem, selectedColumns, streams, type CheckContext } from "./command-check.ts";
import { decodeNumbers, encodeNumbers, zeroNumbers, type CommandNumbers } from "./command-codec.ts";
import {
  aligned64,
  commandBytes,
  commandFields,
  operations,
  operationWithOpcode,
  type CommandFieldName,
  type Operation,
} from "./commands.ts";
import { listFetcher, noteIndex, placeWord } from "./list-fetcher.ts";
import type { AcceleratorParameters } from "./parameters.ts";
import { columnIndexWidth } from "./result-stream.ts";
import { statusError, statusErrors } from "./registers.ts";
import { bitsOf } from "./testing/word-bits.ts";

const base: AcceleratorParameters = {
  portBytes: 16,
  dramWordBytes: 16,
  vectorLanes: 4,
  columns: 1,
  dramPorts: 2,
  fifoDepth: 64,
  rowBytes: 2048,
  vectorElements: 8192,
  activationBytes: 8192,
  stateElements: 2048,
  topK: 64,
  resultDepth: 16,
  watchdogCycles: 2 ** 20,
  dramBytes: 2 ** 28,
  buildId: 1,
};
/** Several machines: eight columns, the narrowest and the widest port, small memories, the largest DRAM. */
const machines: readonly AcceleratorParameters[] = [
  base,
  { ...base, columns: 8, portBytes: 64, dramWordBytes: 64, dramBytes: 2 ** 32, vectorElements: 32768, activationBytes: 16384 },
  { ...base, columns: 2, portBytes: 8, vectorElements: 128, activationBytes: 64, stateElements: 64, dramBytes: 2 ** 20 },
];

interface Regions {
  readonly modelBase: number;
  readonly modelBytes: number;
  readonly bufferBase: number;
  readonly bufferBytes: number;
}

/** What a list comes to: the slots that are committed and the descriptors. */
interface Outcome {
  readonly slots: readonly {
    readonly error: number;
    readonly index: number;
    readonly first: number;
    readonly last: number;
    readonly place: number | null;
    readonly words: readonly number[];
  }[];
  readonly descriptors: readonly { readonly address: number; readonly words: number }[];
}

/** The same in plain TypeScript. */
function expected(
  list: Uint8Array,
  context: CheckContext,
  logits: boolean,
  regions: Regions,
  parameters: AcceleratorParameters,
): Outcome {
  const slots: Outcome["slots"][number][] = [];
  const descriptors: Outcome["descriptors"][number][] = [];
  const { portBytes } = parameters;
  for (let index = 0; ; index++) {
    const bytes = list.subarray(index * commandBytes, (index + 1) * commandBytes);
    const none = { place: null, words: [], first: 0, last: 0 };
    if (bytes.length === 0) {
      slots.push({ ...none, error: statusError("LENGTH"), index });
      break;
    }
    const problem = commandProblem(bytes, context);
    const numbers = decodeNumbers(bytes);
    const operation = operationWithOpcode(numbers.opcode);
    const columns = selectedColumns(numbers.column, context.tokens.length);
    const describe = (at: number, length: number): void => {
      descriptors.push({ address: at / portBytes, words: Math.ceil(length / portBytes) });
    };
    const { count, offset, groups, stride } = numbers;
    // EMBED asks for the rows of the columns before the one at fault.
    if (operation?.name === "EMBED" && (problem === undefined || problem === "TOKEN" || problem === "REGION")) {
      for (const column of columns) {
        const token = context.tokens[column] ?? 0;
        if (token >= groups || offset + token * stride + count > context.modelBytes) break;
        describe(regions.modelBase + offset + token * stride, count);
      }
    } else if (operation?.stream !== undefined && columns.length > 0 && streams(operation, numbers.flags)) {
      const inBuffer = operation.stream.region === "B";
      const length = operation.stream.kind === "weights" ? groups * stride : count * operation.stream.elementBytes;
      const fits = offset + length <= (inBuffer ? context.bufferBytes : context.modelBytes);
      // A matrix whose logits do not fit has asked for its weights.
      if (problem === undefined || (problem === "REGION" && fits))
        describe((inBuffer ? regions.bufferBase : regions.modelBase) + offset, length);
    }
    if (problem !== undefined) {
      slots.push({ ...none, error: statusError(problem), index });
      break;
    }
    const words = Array.from({ length: 14 }, (_, i) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(4 * i, true));
    if (operation?.name === "END" || (operation?.name === "END_UNLESS_LOGITS" && !logits)) {
      slots.push({ ...none, error: 0, index, words });
      break;
    }
    if (columns.length === 0 || operation?.name === "END_UNLESS_LOGITS") continue;
    const isLogits = operation?.stores === "logits" && numbers.flags === 1;
    const stores = isLogits || operation?.stores === "state" || operation?.stores === "vector";
    const place = stores ? (regions.bufferBase + (isLogits ? numbers.destination : offset)) / 64 : null;
    slots.push({ error: 0, index, first: columns[0] ?? 0, last: columns.at(-1) ?? 0, place, words });
  }
  return { slots, descriptors };
}

/** Answers reads, takes descriptors and slots; all of it pauses at random. */
class Surroundings implements Agent {
  readonly slots: Outcome["slots"][number][] = [];
  readonly descriptors: Outcome["descriptors"][number][] = [];
  readonly #engine: Engine;
  readonly #list: Uint8Array;
  readonly #first: number;
  readonly #portBytes: number;
  readonly #columnBits: number;
  readonly #pause: () => boolean;
  readonly #waiting: number[] = [];
  readonly #slot = new Uint32Array(16);
  #offered = false;

  constructor(
    engine: Engine,
    list: Uint8Array,
    listAt: number,
    { portBytes, columns }: AcceleratorParameters,
    pause: () => boolean,
  ) {
    this.#engine = engine;
    this.#list = list;
    this.#first = listAt;
    this.#portBytes = portBytes;
    this.#columnBits = columnIndexWidth(columns);
    this.#pause = pause;
  }

  drive(): void {
    const engine = this.#engine;
    engine.setInput("reads_ready", this.#waiting.length < 8 && !this.#pause() ? 1 : 0);
    engine.setInput("descriptors_ready", this.#pause() ? 0 : 1);
    engine.setInput("hasRoom", this.#pause() ? 0 : 1);
    const [head] = this.#waiting;
    this.#offered = head !== undefined && (this.#offered || !this.#pause());
    engine.setInput("readWords_valid", this.#offered ? 1 : 0);
    const start = (head ?? 0) * this.#portBytes - this.#first;
    const bytes = new Uint8Array(this.#portBytes);
    bytes.set(this.#list.subarray(Math.max(0, start), Math.max(0, start + this.#portBytes)));
    engine.setInput("readWords_payload", bitsOf(bytes));
  }

  sample(): void {
    const engine = this.#engine;
    const is = (name: string): boolean => engine.get(name) === 1n;
    if (is("reads_valid") && is("reads_ready")) this.#waiting.push(Number(engine.get("reads_payload")));
    if (is("readWords_valid") && is("readWords_ready")) {
      this.#waiting.shift();
      this.#offered = false;
    }
    if (is("descriptors_valid") && is("descriptors_ready")) {
      this.descriptors.push({
        address: Number(engine.get("descriptors_payload_address")),
        words: Number(engine.get("descriptors_payload_words")),
      });
    }
    if (is("write")) this.#slot[Number(engine.get("writeIndex"))] = Number(engine.get("writeData"));
    if (!is("commit")) return;
    const note = this.#slot[noteIndex] ?? 0;
    const width = this.#columnBits;
    this.slots.push({
      error: note & 15,
      first: (note >>> 4) & (2 ** width - 1),
      last: (note >>> (4 + width)) & (2 ** width - 1),
      index: note >>> (4 + 2 * width),
      place: this.#slot[placeWord] ?? 0,
      words: [...this.#slot.subarray(0, 14)],
    });
  }
}

/** A number at or near one of several edges, or any of its width. */
function near(bits: number, ...edges: readonly number[]): fc.Arbitrary<number> {
  const top = 2 ** bits;
  const around = fc
    .tuple(fc.constantFrom(0, 1, ...edges), fc.constantFrom(-64, -1, 0, 0, 0, 0, 1, 64))
    .map(([edge, away]) => (((edge + away) % top) + top) % top);
  return fc.oneof({ weight: 5, arbitrary: around }, { weight: 1, arbitrary: fc.integer({ min: 0, max: top - 1 }) });
}

/** Something, or mostly nothing. */
function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 19, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** Commands that are mostly right: fields at the edges of what they may hold, now and then one that should be 0. */
function commandsFor(parameters: AcceleratorParameters, { modelBytes, bufferBytes }: Regions): fc.Arbitrary<Uint8Array> {
  const { vectorElements, activationBytes, stateElements } = parameters;
  const operand = fc
    .tuple(fc.boolean(), near(31, vectorElements - 128, 64, 64 * 7))
    .map(([bank, element]) => (bank ? 2 ** 31 : 0) + (element - (element % 64)));
  const alignedOperand = fc.oneof({ weight: 9, arbitrary: operand }, { weight: 1, arbitrary: near(32, vectorElements) });
  const places = fc.oneof(
    { weight: 8, arbitrary: near(32, 0, 64, 4096, modelBytes - 8192, bufferBytes - 8192).map((place) => place - (place % 64)) },
    { weight: 1, arbitrary: near(32, modelBytes, bufferBytes, 2 ** 32) },
  );
  const fraction = fc.oneof({ weight: 15, arbitrary: fc.integer({ min: 0, max: 20 }) }, { weight: 1, arbitrary: near(8, 20) });
  return fc
    .record({
      operation: fc.constantFrom<Operation>(...operations),
      column: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(255, 254, 0) },
        { weight: 1, arbitrary: fc.constantFrom(1, 7, 8, 253) },
      ),
      flags: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2),
      count: fc.oneof(
        near(20, 80, 5),
        near(20, vectorElements, activationBytes, stateElements, 2 ** 19),
        fc.integer({ min: 1, max: 60 }),
      ),
      groups: near(32, 300, 2 ** 19),
      exactGroups: fc.constantFrom(true, true, true, true, false),
      stride: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(64, activationBytes) },
        { weight: 1, arbitrary: near(32, activationBytes, 2 ** 16) },
      ),
      offset: places,
      a: alignedOperand,
      b: alignedOperand,
      destination: fc.oneof(alignedOperand, places),
      destination2: alignedOperand,
      split: fc.constantFrom<"count" | "half" | "more" | 0>("count", "count", "count", "half", "half", "half", "more", 0),
      epsilon: fc.oneof(
        { weight: 9, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 62n - 1n }) },
        { weight: 1, arbitrary: fc.constantFrom(2n ** 62n, 2n ** 64n - 1n) },
      ),
      mantissa: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 2 ** 15, max: 2 ** 16 - 1 }) },
        { weight: 1, arbitrary: near(16, 2 ** 15) },
      ),
      exponent: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: -64, max: 64 }) },
        { weight: 1, arbitrary: fc.constantFrom(-65, 65, 1000) },
      ),
      gainFraction: fraction,
      fractionIn: fraction,
      fractionOut: fraction,
      shift: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 63 }) }, { weight: 1, arbitrary: near(8, 63) }),
      stray: seldom(fc.tuple(fc.integer({ min: 0, max: commandBytes - 1 }), fc.integer({ min: 1, max: 255 }))),
      opcode: seldom(fc.integer({ min: 0, max: 255 })),
    })
    .map(({ operation, stray, opcode, split, exactGroups, ...drawn }) => {
      const all: CommandNumbers = {
        ...zeroNumbers,
        ...drawn,
        opcode: opcode ?? operation.opcode,
        groups: operation.name === "MATRIX" && exactGroups ? Math.ceil(drawn.count / 5) : drawn.groups,
        split:
          split === "count" ? drawn.count : split === "half" ? Math.ceil(drawn.count / 2) : split === "more" ? drawn.count + 1 : 0,
        destination2: split === "count" ? 0 : drawn.destination2,
      };
      const used: readonly CommandFieldName[] = ["opcode", "flags", "column", ...operation.fields];
      const numbers = Object.fromEntries(
        (Object.keys(commandFields) as CommandFieldName[]).map((name) => [
          name,
          used.includes(name) ? all[name] : zeroNumbers[name],
        ]),
      ) as unknown as CommandNumbers;
      const hasFlag = operation.flags.length > 0 || drawn.flags === 2;
      const bytes = encodeNumbers({ ...numbers, flags: hasFlag ? drawn.flags : 0 });
      if (stray !== null) bytes[stray[0]] = stray[1];
      return bytes;
    });
}

for (const [number, parameters] of machines.entries()) {
  test(`lists on machine ${number}: slots, descriptors and the fault are those of the checks`, async (t) => {
    const simulation = simulate(elaborate(listFetcher(parameters)));
    const dramUnits = parameters.dramBytes / 64;
    const places = fc
      .tuple(
        fc.integer({ min: 0, max: dramUnits / 4 }),
        fc.integer({ min: 0, max: dramUnits / 4 - 1 }),
        fc.integer({ min: 0, max: dramUnits / 4 }),
        fc.integer({ min: 1, max: 2000 }),
      )
      .map(([modelBase, modelUnits, gap, bufferUnits]): Regions => {
        const bufferBase = 64 * Math.min(modelBase + modelUnits + gap, dramUnits - bufferUnits);
        return { modelBase: 64 * modelBase, modelBytes: 64 * modelUnits, bufferBase, bufferBytes: 64 * bufferUnits };
      });
    const lists = places.chain((regions) =>
      fc.record({
        regions: fc.constant(regions),
        commands: fc.array(commandsFor(parameters, regions), { minLength: 1, maxLength: 8 }),
        tokens: fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), near(19, 2 ** 19 - 1)), {
          minLength: 1,
          maxLength: parameters.columns,
        }),
        logits: fc.boolean(),
        stall: fc.constantFrom(0, 0.3, 0.7),
      }),
    );
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(lists, async ({ regions, commands, tokens, logits, stall }) => {
        const list = Buffer.concat(commands);
        const context = { parameters, modelBytes: regions.modelBytes, bufferBytes: regions.bufferBytes, tokens };
        const wanted = expected(new Uint8Array(list), context, logits, regions, parameters);
        const last = wanted.slots.at(-1);
        seen.set(last?.error ?? 0, (seen.get(last?.error ?? 0) ?? 0) + 1);
        const listAt = 64 * 100;
        await simulation.run(async (tb) => {
          let state = 12345;
          const pause = (): boolean => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31 < stall;
          for (const [name, value] of Object.entries({
            first: listAt / 64,
            listCommands: commands.length,
            modelBase: regions.modelBase / 64,
            modelSize: regions.modelBytes / 64,
            bufferBase: regions.bufferBase / 64,
            bufferSize: regions.bufferBytes / 64,
            active: tokens.length,
            logits: logits ? 1 : 0,
          }))
            tb.set(name, value);
          for (const [column, token] of tokens.entries()) tb.set(`tokens_${column}`, token);
          const around = tb.add(new Surroundings(tb.engine, list, listAt, parameters, pause));
          await tb.reset();
          tb.set("start", 1);
          await tb.tick();
          tb.set("start", 0);
          await tb.until({ idle: 1 }, 5000);
          assert.deepEqual(around.descriptors, wanted.descriptors);
          assert.equal(around.slots.length, wanted.slots.length);
          for (const [i, slot] of wanted.slots.entries()) {
            const { place, words, ...note } = around.slots[i] ?? slot;
            assert.equal(note.error, slot.error);
            assert.equal(note.index, slot.index);
            if (slot.error !== 0) continue;
            assert.deepEqual(words, slot.words);
            if (slot.place !== null) assert.equal(place, slot.place);
            if (slot.last > 0) assert.deepEqual([note.first, note.last], [slot.first, slot.last]);
          }
        });
      }),
      { numRuns: 1200 },
    );
    t.diagnostic(JSON.stringify(Object.fromEntries([...seen].map(([code, count]) => [statusErrors[code]?.name, count]))));
    for (const name of ["FIELD", "COUNT", "ADDRESS", "REGION", "LENGTH"] as const) assert.ok(seen.has(statusError(name)), name);
  });
}

test("a column's logits lie at multiples of 64 bytes", () => {
  assert.equal(aligned64(4 * 331), 1344);
});

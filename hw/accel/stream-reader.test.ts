import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, PropertyViolation, Random, simulate, type Engine } from "../../gen/index.ts";
import { numberOf, ReadPorts, type MemoryRates } from "./memory-model.ts";
import type { MemoryParameters } from "./memory-parameters.ts";
import { streamReader } from "./stream-reader.ts";

/** Small rows and a small ring: turns, full rings and laps come often. Eight banks of two rows each. */
const base = { dramWordBytes: 16, fifoDepth: 16, rowBytes: 64, dramBytes: 1024 };
const variants: readonly MemoryParameters[] = [
  { ...base, portBytes: 16, dramPorts: 1 },
  { ...base, portBytes: 16, dramPorts: 2 },
  { ...base, portBytes: 16, dramPorts: 4 },
  { ...base, portBytes: 8, dramPorts: 2 },
  { ...base, portBytes: 8, dramPorts: 1 },
];

interface Descriptor {
  readonly address: number;
  readonly words: number;
}

interface Run extends MemoryRates {
  /** How often the consumer takes a word that is offered, and a descriptor is given that could be. */
  readonly take: number;
  readonly give: number;
  readonly seed: number;
}

class Bench {
  readonly engine: Engine;
  readonly parameters: MemoryParameters;
  readonly content: Uint8Array;
  readonly dram: ReadPorts;
  readonly random: Random;
  readonly received: bigint[] = [];
  cycles = 0;
  #offered: bigint | null = null;

  constructor(engine: Engine, parameters: MemoryParameters, run: Run) {
    this.engine = engine;
    this.parameters = parameters;
    this.random = new Random(run.seed);
    this.content = Uint8Array.from({ length: parameters.dramBytes }, () => this.random.below(256));
    this.dram = new ReadPorts(engine, this.content, parameters, this.random);
    this.dram.rates = run;
    engine.reset();
  }

  expected(descriptors: readonly Descriptor[]): bigint[] {
    const { portBytes } = this.parameters;
    return descriptors.flatMap(({ address, words }) =>
      Array.from({ length: words }, (_, i) =>
        numberOf(this.content.subarray((address + i) * portBytes, (address + i + 1) * portBytes)),
      ),
    );
  }

  /** One cycle in which `descriptor` is offered (null: none) and a word would be taken; whether the descriptor was taken. */
  cycle(descriptor: Descriptor | null, take: boolean): boolean {
    const { engine } = this;
    engine.setInput("descriptors_valid", descriptor === null ? 0 : 1);
    engine.setInput("descriptors_payload_address", descriptor?.address ?? 0);
    engine.setInput("descriptors_payload_words", descriptor?.words ?? 0);
    engine.setInput("words_ready", take ? 1 : 0);
    this.dram.drive();
    this.dram.sample();
    const valid = engine.get("words_valid") === 1n;
    const word = engine.get("words_payload");
    if (this.#offered !== null) assert.ok(valid && word === this.#offered, "an offered word changed");
    this.#offered = valid && !take ? word : null;
    if (valid && take) this.received.push(word);
    const taken = engine.get("descriptors_ready") === 1n;
    engine.step();
    this.cycles++;
    return taken && descriptor !== null;
  }

  /** Gives descriptors and takes words until `count` words have come. */
  read(descriptors: readonly Descriptor[], count: number, { take, give }: Run): void {
    const queue = [...descriptors];
    let offered: Descriptor | null = null;
    const limit = this.cycles + 200 * (count + 20);
    while (this.received.length < count || queue.length > 0 || offered !== null) {
      if (this.cycles >= limit) throw new Error(`the stream stands still after ${this.received.length} of ${count} words`);
      if (offered === null && this.random.chance(give)) offered = queue.shift() ?? null;
      if (this.cycle(offered, this.random.chance(take))) offered = null;
    }
  }

  get idle(): boolean {
    return this.engine.get("idle") === 1n;
  }

  /** Stops, waits until idle, empties the ring, and goes on. */
  stopAndClear(run: Run, offered: Descriptor | null): void {
    this.engine.setInput("stop", 1);
    for (let i = 0; i < 2 || !this.idle; i++) {
      assert.ok(i < 2000, "the reader does not become idle");
      this.cycle(offered, this.random.chance(run.take));
    }
    assert.equal(this.dram.outstanding, 0, "idle with words on their way");
    this.engine.setInput("clear", 1);
    this.cycle(null, false);
    this.#offered = null;
    this.engine.setInput("clear", 0);
    this.engine.setInput("stop", 0);
    this.received.length = 0;
  }
}

const chance = fc.constantFrom(0.1, 0.5, 0.9, 1);
const run: fc.Arbitrary<Run> = fc.record({ command: chance, data: chance, take: chance, give: chance, seed: fc.integer() });

for (const parameters of variants) {
  const { portBytes, dramPorts, dramBytes, dramWordBytes } = parameters;
  const portWords = dramBytes / portBytes;
  const { engine } = simulate(elaborate(streamReader(parameters)));
  const title = `${dramPorts} port${dramPorts > 1 ? "s" : ""}, ${dramWordBytes / portBytes} port word${dramWordBytes > portBytes ? "s" : ""} in a word of DRAM`;
  const descriptor: fc.Arbitrary<Descriptor> = fc
    .record({ address: fc.nat(portWords - 1), words: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 70 })) })
    .map(({ address, words }) => ({ address, words: Math.min(words, portWords - address) }));
  const descriptors = fc.array(descriptor, { minLength: 1, maxLength: 12 });

  test(`gives the words of all descriptors in order (${title})`, () => {
    fc.assert(
      fc.property(descriptors, run, (list, rates) => {
        const bench = new Bench(engine, parameters, rates);
        const expected = bench.expected(list);
        bench.read(list, expected.length, rates);
        assert.deepEqual(bench.received, expected);
        for (let i = 0; i < 3; i++) bench.cycle(null, true);
        assert.ok(bench.idle && bench.dram.outstanding === 0);
        assert.deepEqual(bench.received, expected, "words beyond the last descriptor");
      }),
    );
  });

  test(`stops, is emptied and starts again at any time (${title})`, () => {
    fc.assert(
      fc.property(descriptors, descriptors, run, fc.nat(200), (list, later, rates, stopAfter) => {
        const bench = new Bench(engine, parameters, rates);
        const expected = bench.expected(list);
        const queue = [...list];
        for (let i = 0; i < stopAfter; i++) {
          if (bench.cycle(queue[0] ?? null, bench.random.chance(rates.take))) queue.shift();
        }
        assert.deepEqual(bench.received, expected.slice(0, bench.received.length));
        bench.stopAndClear(rates, queue[0] ?? null);
        const wanted = bench.expected(later);
        bench.read(later, wanted.length, rates);
        assert.deepEqual(bench.received, wanted);
      }),
    );
  });

  test(`a word of DRAM a cycle, without gaps at the ends of rows and descriptors (${title})`, () => {
    const rates = { command: 1, data: 1, take: 1, give: 1, seed: 1 };
    const bench = new Bench(engine, parameters, rates);
    const half = portWords / 2;
    bench.read(
      [
        { address: 0, words: half },
        { address: half, words: half },
      ],
      portWords,
      rates,
    );
    assert.ok(bench.cycles <= portWords + 20, `${bench.cycles} cycles for ${portWords} words`);
  });
}

test("data that nobody asked for violates its assumption", () => {
  const { engine } = simulate(elaborate(streamReader({ ...base, portBytes: 16, dramPorts: 2 })));
  engine.reset();
  engine.setInput("dataValid", 2);
  assert.throws(() => {
    engine.step();
  }, PropertyViolation);
});

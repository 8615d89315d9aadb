import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, Random, simulate, type Engine } from "../../gen/index.ts";
import { controlPort } from "./control-port.ts";
import { bytesOf, ControlMemory, numberOf, type MemoryRates } from "./memory-model.ts";
import type { MemoryParameters } from "./memory-parameters.ts";

const base = { dramWordBytes: 16, dramPorts: 2, fifoDepth: 16, rowBytes: 64, dramBytes: 256 };
const variants: readonly MemoryParameters[] = [
  { ...base, portBytes: 16 },
  { ...base, portBytes: 8 },
];

interface Write {
  readonly address: number;
  readonly data: bigint;
  readonly mask: number;
}

interface Run extends MemoryRates {
  /** How often a read or write is given that could be, and a word is taken that is offered. */
  readonly give: number;
  readonly take: number;
  readonly seed: number;
}

class Bench {
  readonly engine: Engine;
  readonly memory: ControlMemory;
  readonly random: Random;
  readonly received: bigint[] = [];
  cycles = 0;
  #reads: number[] = [];
  #writes: Write[] = [];
  #run: Run;
  #read: number | null = null;
  #write: Write | null = null;
  #offered: bigint | null = null;

  constructor(engine: Engine, parameters: MemoryParameters, run: Run) {
    this.engine = engine;
    this.#run = run;
    this.random = new Random(run.seed);
    const content = Uint8Array.from({ length: parameters.dramBytes }, () => this.random.below(256));
    this.memory = new ControlMemory(engine, content, parameters, this.random);
    this.memory.rates = run;
    engine.reset();
  }

  cycle(): void {
    const { engine, random } = this;
    const { give, take } = this.#run;
    if (this.#read === null && random.chance(give)) this.#read = this.#reads.shift() ?? null;
    if (this.#write === null && random.chance(give)) this.#write = this.#writes.shift() ?? null;
    engine.setInput("reads_valid", this.#read === null ? 0 : 1);
    engine.setInput("reads_payload", this.#read ?? 0);
    engine.setInput("writes_valid", this.#write === null ? 0 : 1);
    engine.setInput("writes_payload_address", this.#write?.address ?? 0);
    engine.setInput("writes_payload_data", this.#write?.data ?? 0n);
    engine.setInput("writes_payload_mask", this.#write?.mask ?? 0);
    const takes = random.chance(take);
    engine.setInput("readWords_ready", takes ? 1 : 0);
    this.memory.drive();
    this.memory.sample();
    const valid = engine.get("readWords_valid") === 1n;
    const word = engine.get("readWords_payload");
    if (this.#offered !== null) assert.ok(valid && word === this.#offered, "an offered word changed");
    this.#offered = valid && !takes ? word : null;
    if (valid && takes) this.received.push(word);
    const readTaken = engine.get("reads_ready") === 1n;
    const writeTaken = engine.get("writes_ready") === 1n;
    engine.step();
    if (readTaken) this.#read = null;
    if (writeTaken) this.#write = null;
    this.cycles++;
  }

  /** Gives the reads and writes, and goes on until all is done. */
  carryOut(reads: readonly number[], writes: readonly Write[]): void {
    this.#reads.push(...reads);
    this.#writes.push(...writes);
    const limit = this.cycles + 400 * (reads.length + writes.length + 4);
    const given = (): boolean =>
      this.#reads.length === 0 && this.#writes.length === 0 && this.#read === null && this.#write === null;
    while (!given() || this.engine.get("idle") === 0n) {
      assert.ok(this.cycles < limit, "the control port stands still");
      this.cycle();
    }
    assert.equal(this.memory.outstanding, 0, "idle with something under way");
  }
}

const chance = fc.constantFrom(0.1, 0.5, 0.9, 1);
const run: fc.Arbitrary<Run> = fc.record({ command: chance, data: chance, give: chance, take: chance, seed: fc.integer() });

for (const parameters of variants) {
  const { portBytes, dramBytes, dramWordBytes } = parameters;
  const { engine } = simulate(elaborate(controlPort(parameters)));
  const title = portBytes === dramWordBytes ? "one port word in a word of DRAM" : "two port words in a word of DRAM";
  const address = fc.nat(dramBytes / portBytes - 1);
  const write: fc.Arbitrary<Write> = fc.record({
    address: fc.oneof(address, fc.integer({ min: 0, max: 5 })),
    data: fc.bigInt({ min: 0n, max: 2n ** BigInt(8 * portBytes) - 1n }),
    mask: fc.oneof(fc.constant(2 ** portBytes - 1), fc.nat(2 ** portBytes - 1)),
  });
  const writes = fc.array(write, { maxLength: 60 });
  const apply = (content: Uint8Array, list: readonly Write[]): void => {
    for (const { address, data, mask } of list) {
      bytesOf(data, portBytes).forEach((byte, i) => {
        if (((mask >> i) & 1) === 1) content[address * portBytes + i] = byte;
      });
    }
  };

  test(`writes what it was given, masked, in order (${title})`, () => {
    fc.assert(
      fc.property(writes, writes, run, (first, second, rates) => {
        const bench = new Bench(engine, parameters, rates);
        const expected = bench.memory.content.slice();
        for (const list of [first, second]) {
          bench.carryOut([], list);
          apply(expected, list);
          assert.deepEqual(bench.memory.content, expected);
        }
      }),
    );
  });

  test(`reads words in order beside writes elsewhere (${title})`, () => {
    // Reads and writes are not ordered: reads look at the lower half of memory, writes change the upper one.
    const half = dramBytes / portBytes / 2;
    const reads = fc.array(fc.nat(half - 1), { maxLength: 60 });
    fc.assert(
      fc.property(reads, writes, run, (list, changes, rates) => {
        const bench = new Bench(engine, parameters, rates);
        const upper = changes.map((change) => ({ ...change, address: half + (change.address % half) }));
        const expected = list.map((at) => numberOf(bench.memory.content.slice(at * portBytes, (at + 1) * portBytes)));
        bench.carryOut(list, upper);
        assert.deepEqual(bench.received, expected);
      }),
    );
  });

  test(`writes go out in bursts (${title})`, () => {
    const bench = new Bench(engine, parameters, { command: 1, data: 1, give: 1, take: 1, seed: 1 });
    const words = dramBytes / portBytes;
    const list = Array.from({ length: words }, (_, i) => ({ address: i, data: BigInt(i), mask: 2 ** portBytes - 1 }));
    bench.carryOut([], list);
    assert.equal(bench.memory.writeCommands, dramBytes / dramWordBytes, "halves that follow each other are one write");
    assert.ok(bench.memory.longestBurst >= 8, `bursts of at most ${bench.memory.longestBurst}`);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, PropertyViolation, Random, simulate } from "../../gen/index.ts";
import { dramReader } from "./dram-reader.ts";

const fifoDepth = 16;
const dramBytes = 4096;
const words = dramBytes / 8;
const { engine } = simulate(
  elaborate(dramReader({ portBytes: 8, activationBytes: 256, resultDepth: 16, fifoDepth, dramBytes, buildId: 0 })),
);

interface Job {
  readonly address: number;
  readonly items: number;
  readonly step: 1 | 5;
  readonly groupWords: number;
}

interface Run {
  /** Probabilities that DRAM takes a command, has data, and that a word leaves the FIFO. */
  readonly ready: number;
  readonly data: number;
  readonly take: number;
  /** Cycle in which to stop; null: never. */
  readonly stop: number | null;
  readonly seed: number;
}

interface Outcome {
  readonly addresses: readonly number[];
  readonly cycles: number;
  readonly ranOut: boolean;
}

const wordsOf = ({ items, step, groupWords }: Job): number => Math.ceil(items / step) * groupWords;

/** Runs a job to its end and checks in every cycle that what was asked for has room. */
function read(job: Job, { ready, data, take, stop, seed }: Run): Outcome {
  const random = new Random(seed);
  engine.reset();
  for (const [port, value] of Object.entries(job)) engine.setInput(port, value as number);
  engine.setInput("start", 1);
  engine.step();
  engine.setInput("start", 0);
  const addresses: number[] = [];
  let outstanding = 0;
  let waiting = 0;
  let ranOut = false;
  let offered: bigint | null = null;
  let stopped = false;
  let cycle = 0;
  for (; engine.get("idle") === 0n || (cycle === 0 && stop === null); cycle++) {
    assert.ok(cycle < 20_000, "the reader does not end");
    stopped ||= ranOut || cycle === stop;
    engine.setInput("stop", stopped ? 1 : 0);
    const takes = waiting > 0 && random.chance(take);
    const arrives = outstanding > 0 && random.chance(data);
    engine.setInput("commandReady", random.chance(ready) ? 1 : 0);
    engine.setInput("dataValid", arrives ? 1 : 0);
    engine.setInput("data", BigInt(cycle));
    engine.setInput("taken", takes ? 1 : 0);
    const valid = engine.get("commandValid") === 1n;
    const address = engine.get("commandAddress");
    if (offered !== null) assert.ok(valid && address === offered, "an offered command changed");
    const fires = valid && engine.get("commandReady") === 1n;
    offered = valid && !fires ? address : null;
    ranOut ||= engine.get("ranOut") === 1n;
    assert.equal(engine.get("push"), arrives ? 1n : 0n);
    engine.step();
    if (fires) addresses.push(Number(address));
    outstanding += (fires ? 1 : 0) - (arrives ? 1 : 0);
    waiting += (arrives ? 1 : 0) - (takes ? 1 : 0);
    assert.ok(outstanding + waiting <= fifoDepth, "more asked for than the FIFO holds");
  }
  assert.equal(outstanding, 0);
  return { addresses, cycles: cycle, ranOut };
}

const job: fc.Arbitrary<Job> = fc.record({
  address: fc.nat(words - 1),
  items: fc.integer({ min: 1, max: 23 }),
  step: fc.constantFrom(1 as const, 5 as const),
  groupWords: fc.integer({ min: 1, max: 32 }),
});
const chance = fc.constantFrom(0.1, 0.5, 1);

test("reads the words of all groups in order, up to the end of DRAM", () => {
  fc.assert(
    fc.property(job, chance, chance, chance, fc.integer(), (job, ready, data, take, seed) => {
      const { addresses, ranOut } = read(job, { ready, data, take, stop: null, seed });
      const count = Math.min(wordsOf(job), words - job.address);
      assert.deepEqual(
        addresses,
        Array.from({ length: count }, (_, i) => job.address + i),
      );
      assert.equal(ranOut, count < wordsOf(job));
    }),
  );
});

test("one command a cycle while there is room", () => {
  const { addresses, cycles } = read(
    { address: 0, items: 40, step: 5, groupWords: 32 },
    { ready: 1, data: 1, take: 1, stop: null, seed: 1 },
  );
  assert.equal(addresses.length, 256);
  assert.ok(cycles <= 256 + 4, `${cycles} cycles`);
});

test("stops after the command that is offered, whenever it is told to", () => {
  fc.assert(
    fc.property(job, chance, chance, fc.nat(60), fc.integer(), (job, ready, data, stop, seed) => {
      const { addresses, cycles } = read(job, { ready, data, take: 0, stop, seed });
      assert.ok(addresses.length <= fifoDepth);
      assert.ok(addresses.every((address, i) => address === job.address + i));
      assert.ok(cycles < stop + 1000);
    }),
  );
});

test("data that nobody asked for violates its assumption", () => {
  engine.reset();
  engine.setInput("dataValid", 1);
  assert.throws(() => {
    engine.step();
  }, PropertyViolation);
});

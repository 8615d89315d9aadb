/** Every part of the library under random stalls at both ends, with the rules of streams watched at every boundary. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  arbiter,
  bit,
  demux,
  elaborate,
  fifo,
  filter,
  fork,
  input,
  join,
  map,
  module,
  output,
  pipe,
  sint,
  skid,
  stream,
  uint,
  bundle,
  type Builder,
  type StreamInput,
  type UIntType,
} from "../index.ts";
import { simulate } from "../simulator/simulate.ts";

type Bytes = StreamInput<UIntType<8>, false>;

/** A module that sends its input through `stage`. */
function through(name: string, stage: (m: Builder, source: Bytes) => Bytes) {
  return elaborate(
    module(name, { in: input(stream(uint(8))), out: output(stream(uint(8))) }, (io, m) => {
      m.connect(io.out, stage(m, io.in));
      m.checkStream("out", io.out);
    }),
  );
}

const stages: Readonly<
  Record<string, { readonly stage: (m: Builder, source: Bytes) => Bytes; readonly expected?: (sent: bigint[]) => bigint[] }>
> = {
  pipe: { stage: (m, source) => pipe(m, "stage", source) },
  skid: { stage: (m, source) => skid(m, "stage", source) },
  skid_and_pipe: { stage: (m, source) => skid(m, "second", pipe(m, "first", source)) },
  fifo_of_two: { stage: (m, source) => fifo(m, "buffer", source, 2) },
  fifo_of_five: { stage: (m, source) => fifo(m, "buffer", source, 5) },
  block_fifo_of_four: { stage: (m, source) => fifo(m, "buffer", source, 4, { memory: "block" }) },
  block_fifo_of_seven: { stage: (m, source) => fifo(m, "buffer", source, 7, { memory: "block" }) },
  map: {
    stage: (_m, source) => map(source, uint(8), (payload) => payload.not()),
    expected: (sent) => sent.map((payload) => 255n - payload),
  },
  filter: {
    stage: (m, source) => filter(m, "stage", source, (payload) => payload.bit(0)),
    expected: (sent) => sent.filter((payload) => payload % 2n === 1n),
  },
};

for (const [name, { stage, expected = (sent: bigint[]) => sent }] of Object.entries(stages)) {
  test(`${name}: every payload once and in order, whatever the stalls`, async () => {
    const simulation = simulate(through(`Test_${name}`, stage));
    const payloads = fc.array(fc.bigInt({ min: 0n, max: 255n }), { maxLength: 40 });
    const stall = fc.constantFrom(0, 0.3, 0.8);
    await fc.assert(
      fc.asyncProperty(payloads, stall, stall, fc.integer({ min: 1, max: 2 ** 30 }), async (sent, sourceStall, sinkStall, seed) => {
        await simulation.run(async (tb) => {
          tb.source("in", sent, { stall: sourceStall, seed });
          const sink = tb.sink("out", { stall: sinkStall, seed: seed + 1 });
          tb.monitor("out");
          await tb.tick(20 * sent.length + 20);
          assert.deepEqual(sink.payloads, expected(sent));
        });
      }),
      { numRuns: 20 },
    );
  });
}

for (const name of ["pipe", "skid", "skid_and_pipe", "fifo_of_two", "fifo_of_five", "block_fifo_of_four"] as const) {
  test(`${name}: a transfer in every cycle when nobody stalls`, async () => {
    const { stage } = stages[name] ?? {};
    assert.ok(stage !== undefined);
    const sent = Array.from({ length: 50 }, (_, index) => BigInt(index));
    await simulate(through(`Rate_${name}`, stage)).run(async (tb) => {
      tb.source("in", sent);
      const sink = tb.sink("out");
      await tb.tick(sent.length + 4);
      assert.deepEqual(sink.payloads, sent);
    });
  });
}

test("a FIFO takes its depth while nobody reads, and counts", async () => {
  const design = module("Filled", { in: input(stream(uint(8))), out: output(stream(uint(8))) }, (io, m) => {
    m.connect(io.out, fifo(m, "buffer", io.in, 6));
  });
  await simulate(elaborate(design)).run(async (tb) => {
    const source = tb.source(
      "in",
      Array.from({ length: 20 }, () => 1n),
    );
    tb.set("out_ready", 0);
    await tb.tick(15);
    assert.equal(source.sent, 6);
    assert.equal(tb.peek("buffer.level"), 6n);
  });
});

test("fork: every consumer gets every payload, each at its own pace", async () => {
  const ports = { in: input(stream(uint(8))), a: output(stream(uint(8))), b: output(stream(uint(8))) };
  const design = module("Forked", ports, (io, m) => {
    const [first, second] = fork(m, "copy", io.in, 2);
    if (first === undefined || second === undefined) throw new RangeError("two copies");
    m.connect(io.a, first);
    m.connect(io.b, second);
  });
  const sent = Array.from({ length: 60 }, (_, index) => BigInt(index));
  await simulate(elaborate(design)).run(async (tb) => {
    tb.source("in", sent, { stall: 0.2 });
    const sinks = ["a", "b"].map((name) => tb.sink(name, { stall: 0.5 }));
    for (const name of ["a", "b"]) tb.monitor(name);
    await tb.tick(600);
    for (const sink of sinks) assert.deepEqual(sink.payloads, sent);
  });
});

test("join: one payload of each source together", async () => {
  const pair = bundle({ left: uint(8), right: sint(4) });
  const ports = { a: input(stream(uint(8))), b: input(stream(sint(4))), out: output(stream(pair)) };
  const design = module("Joined", ports, (io, m) => {
    m.connect(io.out, join(m, "both", { left: io.a, right: io.b }));
  });
  await simulate(elaborate(design)).run(async (tb) => {
    tb.source("a", [1n, 2n, 3n, 4n], { stall: 0.5 });
    tb.source("b", [-1n, -2n, -3n, -4n], { stall: 0.5 });
    const sink = tb.sink("out", { stall: 0.3 });
    tb.monitor("out");
    await tb.tick(100);
    assert.deepEqual(
      sink.received,
      [1n, 2n, 3n, 4n].map((value) => ({ payload_left: value, payload_right: -value })),
    );
  });
});

test("demux: each payload to the consumer of its number, others dropped", async () => {
  const ports = { in: input(stream(uint(8))), a: output(stream(uint(8))), b: output(stream(uint(8))), c: output(stream(uint(8))) };
  const design = module("Demultiplexed", ports, (io, m) => {
    const [a, b, c] = demux(m, "to", io.in, io.in.payload.bits(1, 0), 3);
    if (a === undefined || b === undefined || c === undefined) throw new RangeError("three streams");
    m.connect(io.a, a);
    m.connect(io.b, b);
    m.connect(io.c, c);
  });
  const sent = Array.from({ length: 64 }, (_, index) => BigInt((index * 37) % 256));
  await simulate(elaborate(design)).run(async (tb) => {
    tb.source("in", sent, { stall: 0.2 });
    const sinks = ["a", "b", "c"].map((name) => tb.sink(name, { stall: 0.4 }));
    for (const name of ["a", "b", "c"]) tb.monitor(name);
    await tb.tick(600);
    for (const [number, sink] of sinks.entries()) {
      assert.deepEqual(
        sink.payloads,
        sent.filter((payload) => Number(payload % 4n) === number),
      );
    }
  });
});

for (const policy of ["roundRobin", "fixed"] as const) {
  test(`arbiter, ${policy}: every payload once, in the order of its source`, async () => {
    const names = ["a", "b", "c"] as const;
    const ports = { a: input(stream(uint(8))), b: input(stream(uint(8))), c: input(stream(uint(8))), out: output(stream(uint(8))) };
    const design = module(`Arbiter_${policy}`, ports, (io, m) => {
      m.connect(io.out, arbiter(m, "arbiter", [io.a, io.b, io.c], { policy }));
    });
    await simulate(elaborate(design)).run(async (tb) => {
      for (const [number, name] of names.entries()) {
        tb.source(
          name,
          Array.from({ length: 30 }, (_, index) => BigInt(number * 64 + index)),
          { stall: 0.4 },
        );
      }
      const sink = tb.sink("out", { stall: 0.3 });
      tb.monitor("out");
      await tb.tick(600);
      assert.equal(sink.payloads.length, 90);
      for (const number of names.keys()) {
        const own = sink.payloads.filter((payload) => Number(payload >> 6n) === number);
        assert.deepEqual(
          own,
          Array.from({ length: 30 }, (_, index) => BigInt(number * 64 + index)),
        );
      }
    });
  });
}

test("arbiter, round robin: busy sources take turns", async () => {
  const ports = { a: input(stream(uint(8))), b: input(stream(uint(8))), c: input(stream(uint(8))), out: output(stream(uint(8))) };
  const design = module("Fair", ports, (io, m) => {
    m.connect(io.out, arbiter(m, "arbiter", [io.a, io.b, io.c]));
  });
  await simulate(elaborate(design)).run(async (tb) => {
    for (const [number, name] of ["a", "b", "c"].entries()) tb.source(name, new Array<bigint>(20).fill(BigInt(number)));
    const sink = tb.sink("out");
    await tb.tick(30);
    for (let index = 3; index < sink.payloads.length; index++) assert.equal(sink.payloads[index], sink.payloads[index - 3]);
    assert.deepEqual(new Set(sink.payloads.slice(0, 3)), new Set([0n, 1n, 2n]));
  });
});

test("arbiter: packets stay together", async () => {
  const packet = stream(uint(8), { last: true });
  const design = module("Packets", { a: input(packet), b: input(packet), out: output(packet) }, (io, m) => {
    m.connect(io.out, arbiter(m, "arbiter", [io.a, io.b]));
  });
  const items = (base: number) =>
    Array.from({ length: 24 }, (_, index) => ({ payload: BigInt(base + index), last: index % 3 === 2 ? 1n : 0n }));
  await simulate(elaborate(design)).run(async (tb) => {
    tb.source("a", items(0), { stall: 0.5 });
    tb.source("b", items(100), { stall: 0.5 });
    const sink = tb.sink("out", { stall: 0.2 });
    tb.monitor("out");
    await tb.tick(400);
    assert.equal(sink.received.length, 48);
    for (let index = 0; index < 48; index += 3) {
      const group = sink.received.slice(index, index + 3);
      const first = group[0]?.["payload"] ?? 0n;
      assert.deepEqual(group, [
        { payload: first, last: 0n },
        { payload: first + 1n, last: 0n },
        { payload: first + 2n, last: 1n },
      ]);
    }
  });
});

test("checkStream finds a source that breaks the rules", async () => {
  const design = module("Broken", { hurry: input(bit), out: output(stream(uint(8))) }, (io, m) => {
    const count = m.register("count", uint(8));
    count.set(count.add(1).wrap(8));
    io.out.valid.set(io.hurry);
    io.out.payload.set(count);
    m.checkStream("out", io.out);
  });
  await assert.rejects(
    simulate(elaborate(design)).run(async (tb) => {
      tb.set("hurry", 1);
      tb.set("out_ready", 0);
      await tb.tick(4);
    }),
    /payload stays until ready/,
  );
});

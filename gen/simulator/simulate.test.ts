/** What a design does over time, by the same testbenches on both engines. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
  bit,
  clockDomain,
  concatenate,
  elaborate,
  input,
  module,
  output,
  sint,
  stream,
  uint,
  type CheckedCircuit,
  type Definition,
} from "../index.ts";
import { verilatorVersion } from "../verilator/build.ts";
import { simulate, type SimulateOptions } from "./simulate.ts";
import { PropertyViolation } from "./engine.ts";
import { SimulationFailure } from "./simulation.ts";
import { TimeoutError, type Testbench } from "./testbench.ts";
import { ProtocolError, ScoreboardError } from "./stream-agents.ts";

const verilatorMissing = verilatorVersion() === null && process.env["CI"] === undefined ? "Verilator is not installed" : false;

/** One test an engine. */
function onBothEngines(
  name: string,
  definition: () => Definition,
  body: (tb: Testbench) => Promise<void>,
  options: SimulateOptions = {},
): void {
  for (const engine of ["compiled", "verilator"] as const) {
    test(`${name} (${engine})`, { skip: engine === "verilator" && verilatorMissing }, async () => {
      const simulation = simulate(elaborate(definition()), { build: { optimize: 0 }, ...options, engine });
      try {
        await simulation.run(body, { name: `simulate-test-${engine}` });
      } finally {
        simulation.close();
      }
    });
  }
}

const counter = () =>
  module("TestCounter", { enable: input(bit), count: output(uint(40)), falling: output(sint(5)) }, (io, m) => {
    const up = m.register("up", uint(40), { init: 0xffff_fff0n });
    const down = m.register("down", sint(5), { init: -3, resettable: false });
    m.when(io.enable, () => {
      up.set(up.add(1).wrap(40));
      down.set(down.sub(1).wrap(5));
    });
    io.count.set(up);
    io.falling.set(down);
  });

onBothEngines("registers start at their initial values, hold, count past 32 bits and are reset", counter, async (tb) => {
  assert.equal(tb.get("count"), 0xffff_fff0n);
  assert.equal(tb.get("falling"), -3n);
  await tb.tick(5);
  assert.equal(tb.get("count"), 0xffff_fff0n);
  tb.set("enable", 1);
  await tb.tick(17);
  assert.equal(tb.get("count"), 0x1_0000_0001n);
  assert.equal(tb.get("falling"), 12n);
  assert.equal(await tb.until({ count: 0x1_0000_0003n }, 10), 2);
  await tb.reset();
  assert.equal(tb.get("count"), 0xffff_fff0n);
  assert.equal(tb.get("falling"), 9n, "not reset, and enabled during the reset");
});

const memory = () =>
  module(
    "TestMemory",
    {
      address: input(uint(4)),
      data: input(uint(40)),
      write: input(bit),
      mask: input(uint(5)),
      now: output(uint(40)),
      later: output(uint(40)),
    },
    (io, m) => {
      const words = m.memory("words", { type: uint(40), depth: 11, init: [0x11_2233_4455n, 0xff_ffff_ffffn], granularity: 8 });
      words.write(io.address, io.data, { enable: io.write, mask: io.mask });
      io.now.set(words.readNow("now", io.address));
      io.later.set(words.read("later", io.address, { enable: io.write.not() }));
    },
  );

onBothEngines("memories: contents, masks, reads of the old word, held data, addresses outside", memory, async (tb) => {
  assert.equal(tb.get("now"), 0x11_2233_4455n);
  assert.equal(tb.get("later"), 0n);
  await tb.tick();
  assert.equal(tb.get("later"), 0x11_2233_4455n);
  tb.set("write", 1);
  tb.set("data", 0xaa_bbcc_ddeen);
  tb.set("mask", 0b10010);
  await tb.tick();
  assert.equal(tb.get("now"), 0xaa_2233_dd55n);
  assert.equal(tb.get("later"), 0x11_2233_4455n, "the read port holds");
  tb.set("address", 13);
  await tb.tick();
  assert.equal(tb.get("now"), 0n);
  tb.set("write", 0);
  await tb.tick();
  assert.equal(tb.get("later"), 0n);
  tb.set("address", 0);
  assert.equal(tb.get("now"), 0xaa_2233_dd55n);
});

const fast = clockDomain("fast");
const twoClocks = () =>
  module("TestTwoClocks", { slow: output(uint(8)), quick: output(uint(8)) }, (io, m) => {
    const slow = m.register("slow_count", uint(8), { init: 0 });
    const quick = m.register("quick_count", uint(8), { init: 0, domain: fast });
    slow.set(slow.add(1).wrap(8));
    quick.set(quick.add(1).wrap(8));
    io.slow.set(slow);
    io.quick.set(quick);
  });

onBothEngines(
  "two clocks of different periods",
  twoClocks,
  async (tb) => {
    await tb.tick(4);
    assert.deepEqual([tb.get("slow"), tb.get("quick")], [4n, 10n]);
    await tb.tick(5, "fast");
    assert.deepEqual([tb.get("slow"), tb.get("quick")], [6n, 15n]);
  },
  { clocks: { sys: { period: 10, phase: 10 }, fast: { period: 4, phase: 4 } } },
);

const child = module("TestInverter", { value: input(uint(3)), inverted: output(uint(3)) }, (io) => {
  io.inverted.set(io.value.not());
});
const hierarchy = () =>
  module("TestHierarchy", { value: input(uint(3)), twice: output(uint(3)), once: output(uint(3)) }, (io, m) => {
    const first = m.instance("first", child);
    const second = m.instance("second", child);
    first.value.set(io.value);
    second.value.set(first.inverted);
    io.once.set(first.inverted);
    io.twice.set(second.inverted);
  });

onBothEngines("instances", hierarchy, async (tb) => {
  tb.set("value", 5);
  assert.deepEqual([tb.get("once"), tb.get("twice")], [2n, 5n]);
  await tb.tick();
});

test("every inner signal can be peeked at", async () => {
  await simulate(elaborate(hierarchy())).run(async (tb) => {
    tb.set("value", 5);
    assert.deepEqual([tb.peek("first.inverted"), tb.peek("second.value")], [2n, 2n]);
    await tb.tick();
  });
});

test("shared expressions are computed once, however often they are used", () => {
  const doubled = module("TestDoubled", { value: input(uint(64)), result: output(uint(64)) }, (io) => {
    let value = io.value.truncate(64);
    for (let round = 0; round < 300; round++)
      value = value
        .add(value)
        .xor(concatenate(value, bit.constant(1)))
        .wrap(64);
    io.result.set(value);
  });
  const { engine } = simulate(elaborate(doubled));
  let expected = 123n;
  for (let round = 0; round < 300; round++) expected = BigInt.asUintN(64, (expected + expected) ^ ((expected << 1n) | 1n));
  engine.setInput("value", 123);
  assert.equal(engine.get("result"), expected);
});

/** A register stage whose faults can be switched on. */
const stage = () =>
  module(
    "TestStage",
    {
      source: input(stream(uint(16), { last: true })),
      result: output(stream(uint(16), { last: true })),
      drop: input(bit),
      flip: input(bit),
    },
    (io, m) => {
      const full = m.register("full", bit, { init: 0 });
      const data = m.register("data", uint(16), { init: 0 });
      const last = m.register("last", bit, { init: 0 });
      io.source.ready.set(full.not().or(io.result.ready));
      io.result.valid.set(full);
      io.result.payload.set(data);
      io.result.last.set(last);
      m.when(io.source.ready, () => {
        full.set(io.source.valid);
        data.set(io.source.payload);
        last.set(io.source.last);
      });
      m.when(io.drop, () => {
        full.set(0);
      });
      m.when(io.flip, () => {
        data.set(data.not());
      });
    },
  );

const items = Array.from({ length: 40 }, (_, index) => ({ payload: BigInt(index * 1000), last: index % 5 === 4 ? 1n : 0n }));

onBothEngines("streams: random stalls at both ends, a monitor and a scoreboard", stage, async (tb) => {
  const source = tb.source("source", items, { stall: 0.4 });
  const sink = tb.sink("result", { stall: 0.6 });
  const monitor = tb.monitor("result");
  const scoreboard = tb.scoreboard("result", items);
  await tb.until(() => scoreboard.complete, 1000);
  assert.ok(source.finished && source.sent === 40);
  assert.deepEqual(sink.received, items);
  assert.ok(monitor.stalledCycles > 5);
});

for (const engine of ["compiled", "verilator"] as const) {
  test(
    `failures leave a waveform and name their seeds (${engine})`,
    { skip: engine === "verilator" && verilatorMissing },
    async () => {
      const simulation = simulate(elaborate(stage()), { engine, build: { optimize: 0 } });
      const failing = async (body: (tb: Testbench) => Promise<void>): Promise<SimulationFailure> => {
        try {
          await simulation.run(body, { name: `failing ${engine}` });
        } catch (error) {
          assert.ok(error instanceof SimulationFailure);
          return error;
        }
        return assert.fail("the testbench passed");
      };
      const streaming = (fault: string) => async (tb: Testbench) => {
        tb.source("source", items, { seed: 77 });
        tb.sink("result", { stall: 0.9, seed: 5 });
        tb.monitor("result");
        await tb.tick(7);
        tb.set(fault, 1);
        await tb.tick(20);
      };
      const dropped = await failing(streaming("drop"));
      assert.ok(dropped.cause instanceof ProtocolError);
      assert.match(dropped.message, /valid fell/);
      assert.match(dropped.message, /seed of stream source: 77/);
      const flipped = await failing(streaming("flip"));
      assert.match(flipped.message, /payload changed/);
      const wrong = await failing(async (tb) => {
        tb.source(
          "source",
          [1, 2].map((payload) => ({ payload: BigInt(payload), last: 0n })),
        );
        tb.sink("result");
        tb.scoreboard("result", [
          { payload: 1n, last: 0n },
          { payload: 3n, last: 0n },
        ]);
        await tb.tick(20);
      });
      assert.ok(wrong.cause instanceof ScoreboardError);
      const late = await failing(async (tb) => {
        await tb.until({ result_valid: 1 }, 9);
      });
      assert.ok(late.cause instanceof TimeoutError);
      assert.match(late.message, /not true after 9 cycles: result_valid = 1 \(it is 0\)/);
      assert.ok(late.waveform !== null && existsSync(late.waveform));
      const waveform = readFileSync(late.waveform, "utf8");
      assert.match(waveform, /\$var wire\s+16 \S+ result_payload/);
      assert.match(waveform, /#90\n/);
      simulation.close();
    },
  );
}

const guarded = module("TestGuarded", { value: input(uint(4)), enable: input(bit), seen: output(uint(4)) }, (io, m) => {
  const held = m.register("held", uint(4), { init: 0 });
  held.set(io.value);
  io.seen.set(held);
  m.when(io.enable, () => {
    m.assert(held.lt(9), "the value stays below nine");
  });
  m.cover(held.eq(7), "sees_seven");
});
const nested = (): CheckedCircuit =>
  elaborate(
    module("TestNested", { value: input(uint(4)), enable: input(bit), seen: output(uint(4)) }, (io, m) => {
      const inner = m.instance("inner", guarded);
      inner.value.set(io.value);
      inner.enable.set(io.enable);
      io.seen.set(inner.seen);
    }),
  );

for (const engine of ["compiled", "verilator"] as const) {
  test(
    `a violated assertion stops the run with its name, message and place (${engine})`,
    { skip: engine === "verilator" && verilatorMissing },
    async () => {
      const simulation = simulate(nested(), { engine, build: { optimize: 0 } });
      const violate = (reset: number) => async (tb: Testbench) => {
        tb.set("value", 12);
        await tb.tick(2);
        tb.set("rst", reset);
        tb.set("enable", 1);
        await tb.tick();
      };
      await simulation.run(violate(1));
      await assert.rejects(simulation.run(violate(0)), (error: unknown) => {
        assert.ok(error instanceof SimulationFailure && error.cause instanceof PropertyViolation);
        assert.match(error.message, /assert inner\.\S+ violated at time 30: the value stays below nine/);
        assert.match(error.message, /simulate\.test\.ts:\d+:\d+/);
        return true;
      });
      simulation.close();
    },
  );
}

test("cover points are counted", async () => {
  const simulation = simulate(nested());
  await simulation.run(async (tb) => {
    tb.set("value", 7);
    await tb.tick(4);
  });
  assert.deepEqual([...simulation.engine.covers.values()], [3]);
});

test("processes run in a fixed order, one at a time", async () => {
  const simulation = simulate(elaborate(counter()));
  const log: string[] = [];
  await simulation.run(async (tb) => {
    const process = (name: string, period: number) => async () => {
      for (let round = 0; round < 3; round++) {
        await tb.tick(period);
        log.push(`${name}${tb.engine.time}`);
      }
    };
    const first = tb.fork(process("a", 2));
    tb.fork(process("b", 1));
    await tb.tick();
    log.push("main");
    await first.join();
  });
  assert.deepEqual(log, ["b10", "main", "a20", "b20", "b30", "a40", "a60"]);
});

test("a failure in a forked process fails the run", async () => {
  const simulation = simulate(elaborate(counter()));
  const run = simulation.run(async (tb) => {
    tb.fork(async () => {
      await tb.tick(3);
      throw new Error("from the fork");
    });
    await tb.tick(1000);
  });
  await assert.rejects(run, /from the fork/);
});

test("values and names are checked", () => {
  const { engine } = simulate(elaborate(counter()));
  assert.throws(() => {
    engine.setInput("enable", 2);
  }, /enable: 2 does not fit uint\(1\), which holds 0 to 1/);
  assert.throws(() => {
    engine.setInput("count", 2);
  }, /count is not an input/);
  assert.throws(() => engine.get("nothing"), /no signal nothing/);
  assert.throws(() => {
    engine.step(1, "fast");
  }, /no clock domain fast/);
});

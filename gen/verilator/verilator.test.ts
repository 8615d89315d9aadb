/** What is particular to Verilator: wide ports, the cache of builds, the end of the child, the Makefile that repeats a failure. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bundle, elaborate, input, module, output, simulate, SimulationFailure, sint, uint } from "../index.ts";
import { Random } from "../simulator/random.ts";
import { buildDesign, VerilatorBuildError, verilatorVersion } from "./build.ts";
import { ChildError, SynchronousChild } from "./child.ts";

const skip = verilatorVersion() === null && process.env["CI"] === undefined ? "Verilator is not installed" : false;

const widths = [1, 8, 9, 16, 17, 32, 33, 64, 65, 96, 128, 200];
const passing = elaborate(
  module(
    "TestPorts",
    {
      numbers: input(bundle(Object.fromEntries(widths.map((width) => [`w${width}`, uint(width)])))),
      same: output(bundle(Object.fromEntries(widths.map((width) => [`w${width}`, uint(width)])))),
      signed_in: input(sint(70)),
      signed_out: output(sint(70)),
      held: output(uint(8)),
    },
    (io, m) => {
      const held = m.register("register", uint(8), { init: 3 });
      held.set(held.add(1).wrap(8));
      io.held.set(held);
      m.assert(held.lt(20), "below twenty");
      m.connect(io.same, io.numbers);
      io.signed_out.set(io.signed_in);
    },
  ),
);

test("ports of every kind carry their values exactly", { skip }, () => {
  const { engine } = simulate(passing, { engine: "verilator", build: { optimize: 0 } });
  const random = new Random(1);
  for (let round = 0; round < 20; round++) {
    for (const width of widths) {
      const value = round === 0 ? (1n << BigInt(width)) - 1n : random.bits(width);
      engine.setInput(`numbers_w${width}`, value);
      assert.equal(engine.get(`same_w${width}`), value);
    }
    const value = BigInt.asIntN(70, random.bits(70));
    engine.setInput("signed_in", value);
    assert.equal(engine.get("signed_out"), value);
  }
  engine.close();
});

test("a design is built once; the failed run can be repeated without this program", { skip }, async () => {
  const simulation = simulate(passing, { engine: "verilator", build: { optimize: 0 } });
  const built = statSync(join(simulation.engine.folder, "simulation")).mtimeMs;
  const again = simulate(passing, { engine: "verilator", build: { optimize: 0 } });
  assert.equal(again.engine.folder, simulation.engine.folder);
  assert.equal(statSync(join(again.engine.folder, "simulation")).mtimeMs, built);
  again.close();
  const failure = await simulation
    .run((tb) => tb.tick(100))
    .then(
      () => null,
      (error: unknown) => error,
    );
  simulation.close();
  assert.ok(failure instanceof SimulationFailure);
  const folder = /make -C (\S+) replay/.exec(failure.message)?.[1] ?? "";
  const replay = spawnSync("make", ["-C", folder, "replay"], { encoding: "utf8" });
  assert.match(replay.stdout, /\[180\] %Error: .*below_twenty/);
  assert.notEqual(replay.status, 0);
});

test("what Verilator refuses is reported with its own words", { skip }, () => {
  const files = new Map([["Wrong.v", "module Wrong(output wire [3:0] value);\n  assign value = 8'd255;\nendmodule\n"]]);
  assert.throws(
    () => buildDesign({ top: "Wrong", files, clocks: [], inputs: [], outputs: [{ name: "value", width: 4 }] }),
    (error: unknown) => error instanceof VerilatorBuildError && error.message.includes("WIDTH"),
  );
});

test("a child that ends by itself is an error, not a wait for ever", () => {
  const child = new SynchronousChild("/bin/false", "/");
  assert.throws(() => child.ask("a"), ChildError);
  const missing = new SynchronousChild("/nothing/of/this/name", "/");
  assert.throws(() => missing.ask("a"), ChildError);
});

// The parts of the benches that need no simulator.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configurationNamed, designNames } from "../../boards/configuration.ts";
import { configuredParameters } from "../../hw/accel/configured-parameters.ts";
import { compileCommands } from "../../models/compile/compile.ts";
import { publicShapes } from "../../models/testing/public-shapes.ts";
import { randomTables } from "../../models/testing/random-container.ts";
import { modelList } from "./cycle-model.ts";
import { refreshLimit } from "./memory-bench.ts";
import { benchResult, counterNames, measurementIn, whereabouts, type Counters } from "./measurement.ts";
import { replaceTable } from "./page.ts";
import { logarithmicTicks, scatterPlot } from "./scatter-plot.ts";
import { paretoFront, spaceNames } from "./space.ts";

const counters = (numbers: readonly number[]): Counters =>
  Object.fromEntries(counterNames.map((name, i) => [name, numbers[i] ?? 0])) as unknown as Counters;

test("every cycle is somewhere", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e9), { minLength: 13, maxLength: 13 }), fc.nat(2e9), (numbers, cycles) => {
      const parts = Object.values(whereabouts(cycles, counters(numbers))) as number[];
      assert.equal(
        parts.reduce((sum, part) => sum + part),
        cycles,
      );
    }),
  );
});

test("a console's answer becomes a result", () => {
  const reply = {
    ...{ event: "bench", what: "decode", engine: "accelerator", columns: 1, count: 2, tokens: [3, 4], cycles: 1000 },
    acceleratorCycles: 900,
    logitsHash: "00",
    counters: Object.fromEntries(counterNames.map((name, i) => [name, i + 1])),
  };
  const measured = measurementIn(reply);
  assert.deepEqual(measured.tokens, [3, 4]);
  const result = benchResult({ what: "decode", config: "arty-c8", shape: "x", engine: "accelerator", equal: true }, measured);
  assert.deepEqual([result.beats, result.bytes, result.efficiency], [2, 32, 0.002]);
  assert.equal(result.tokensPerSecond, (2 * 100_000_000) / 1000);
  assert.throws(() => measurementIn({ ...reply, counters: {} }), /malformed answer/);
});

test("a table is put between its marks, and only there", () => {
  const page = "a\n<!-- measured:one -->\nold\n<!-- end -->\nb\n<!-- measured:two -->\n<!-- end -->\n";
  assert.equal(
    replaceTable(page, "one", "| $1 |"),
    "a\n<!-- measured:one -->\n\n| $1 |\n\n<!-- end -->\nb\n<!-- measured:two -->\n<!-- end -->\n",
  );
  assert.throws(() => replaceTable(page, "three", ""), /no table marked/);
});

test("a front holds what nothing beats", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 1 }), (points) => {
      const front = paretoFront(points, ([x]) => x, ([, y]) => y); // prettier-ignore
      for (const point of points) {
        const beaten = points.some(([x, y]) => x <= point[0] && y <= point[1] && x + y < point[0] + point[1]);
        assert.equal(front.has(point), !beaten);
      }
    }),
  );
});

test("every design of the space can be built", () => {
  const names = spaceNames();
  assert.ok(names.length > 20);
  assert.equal(new Set(names).size, names.length);
  for (const base of designNames) assert.ok(names.includes(base));
});

test("the plot is well formed and holds every point; ticks embrace the values", () => {
  const point = (x: number, y: number) => ({ x, y, label: `a<${x}>`, series: x > 5 ? "one" : "two", onFront: x === 3 });
  const svg = scatterPlot([{ title: "t & u", xTitle: "x", yTitle: "y", points: [point(3, 900), point(8, 20_000)] }]);
  assert.match(svg, /^<svg [^>]*viewBox="0 0 560 424"[^]*<\/svg>\n$/);
  assert.equal(svg.match(/<title>/g)?.length, 2);
  assert.ok(svg.includes("a&lt;3&gt;") && svg.includes("t &amp; u") && !svg.includes("NaN"));
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), fc.double({ min: 1, max: 100, noNaN: true }), (least, factor) => {
      const ticks = logarithmicTicks(least, least * factor);
      assert.ok((ticks[0] ?? NaN) <= least && (ticks.at(-1) ?? NaN) >= least * factor);
    }),
  );
});

test("the model of a list's cycles: no faster than memory or the vector unit, and close to what was simulated", () => {
  const commands = compileCommands(randomTables("370M", publicShapes["370M"], 1));
  // `bench decode --shape 370M` on the simulated SoC, the list alone.
  for (const [config, simulated] of [
    ["arty", 4_571_592],
    ["ecp5", 8_994_933],
  ] as const) {
    const parameters = configuredParameters(configurationNamed(config), 0);
    const { cycles, weightBeats, vector } = modelList(commands, parameters, 1, true);
    assert.ok(cycles > weightBeats + vector);
    assert.ok(Math.abs(cycles / simulated - 1) < 0.01, `${config}: ${cycles} cycles, ${simulated} simulated`);
  }
  // Columns share the weights, not the vector unit.
  const parameters = configuredParameters(configurationNamed("arty-c8"), 0);
  const [one, eight] = [1, 8].map((active) => modelList(commands, parameters, active, false));
  assert.equal(one?.weightBeats, eight?.weightBeats);
  assert.ok((eight?.vector ?? 0) > 7 * (one?.vector ?? 0));
});

test("refresh leaves what the parts' data sheets leave", () => {
  assert.equal(refreshLimit("MT41K128M16").toFixed(4), "0.9795");
  assert.equal(refreshLimit("MT41K64M16").toFixed(4), "0.9859");
});

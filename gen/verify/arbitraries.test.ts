import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, input, module, output, sint, stream, uint } from "../index.ts";
import { simulate } from "../simulator/simulate.ts";
import { inputsOf, streamItemsOf, valueOf } from "./arbitraries.ts";

test("values fit their types, and the extremes are among them", () => {
  for (const [type, minimum, maximum] of [
    [{ signed: true, width: 5 }, -16n, 15n],
    [{ signed: false, width: 70 }, 0n, (1n << 70n) - 1n],
    [{ signed: true, width: 1 }, -1n, 0n],
  ] as const) {
    const values = fc.sample(valueOf(type), { numRuns: 300, seed: 1 });
    assert.ok(values.every((value) => value >= minimum && value <= maximum));
    assert.ok(values.includes(minimum) && values.includes(maximum));
  }
});

const adder = elaborate(
  module("TestAdder", { a: input(sint(40)), b: input(sint(33)), sum: output(sint(41)) }, (io) => {
    io.sum.set(io.a.add(io.b));
  }),
);

test("a property over all inputs of a circuit", () => {
  const { engine } = simulate(adder);
  fc.assert(
    fc.property(inputsOf(adder), (inputs) => {
      for (const [name, value] of Object.entries(inputs)) engine.setInput(name, value);
      assert.equal(engine.get("sum"), (inputs["a"] ?? 0n) + (inputs["b"] ?? 0n));
    }),
    { seed: 1 },
  );
});

test("items of a stream have its fields", () => {
  const passing = elaborate(
    module(
      "TestPassing",
      { source: input(stream(uint(8), { last: true })), result: output(stream(uint(8), { last: true })) },
      (io, m) => {
        m.connect(io.result, io.source);
      },
    ),
  );
  const [items = []] = fc.sample(streamItemsOf(passing, "source", { minLength: 3 }), { numRuns: 1, seed: 1 });
  assert.ok(items.length >= 3 && items.every((item) => Object.keys(item).sort().join() === "last,payload"));
  assert.throws(() => streamItemsOf(passing, "nothing"), /no stream nothing/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, PropertyViolation, simulate } from "../../gen/index.ts";
import { blockFifo } from "./block-fifo.ts";

const depth = 8;
const { engine } = simulate(elaborate(blockFifo("Fifo", 16, depth)));

interface Step {
  readonly push: boolean;
  readonly take: boolean;
  readonly clear: boolean;
  readonly data: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  push: fc.boolean(),
  take: fc.boolean(),
  clear: fc.constantFrom(...new Array<boolean>(15).fill(false), true),
  data: fc.nat(65535),
});

test("behaves as a queue whose data comes one cycle after the take", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      engine.reset();
      let queue: number[] = [];
      let shown: number | null = null;
      for (const { push, take, clear, data } of steps) {
        assert.equal(engine.get("waiting"), BigInt(queue.length));
        assert.equal(engine.get("empty"), queue.length === 0 ? 1n : 0n);
        if (shown !== null) assert.equal(engine.get("data"), BigInt(shown));
        const pushes = push && queue.length < depth;
        const takes = take && queue.length > 0;
        engine.setInput("push", pushes ? 1 : 0);
        engine.setInput("pushData", data);
        engine.setInput("take", takes ? 1 : 0);
        engine.setInput("clear", clear ? 1 : 0);
        engine.step();
        if (takes) shown = queue.shift() ?? null;
        if (pushes) queue.push(data);
        if (clear) queue = [];
      }
    }),
  );
});

test("a push into a full FIFO and a take from an empty one violate its assertions", () => {
  engine.reset();
  engine.setInput("clear", 0);
  engine.setInput("push", 0);
  engine.setInput("take", 1);
  assert.throws(() => {
    engine.step();
  }, PropertyViolation);
  engine.reset();
  engine.setInput("take", 0);
  engine.setInput("push", 1);
  engine.step(depth);
  assert.throws(() => {
    engine.step();
  }, PropertyViolation);
});

/** The FIFO of commands: a queue of slots, and the proof that it never loses count. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bit, elaborate, input, module, output, simulate, uint } from "../../gen/index.ts";
import { missingProofTools, prove } from "../../gen/verify/prove.ts";
import { commandFifo, fifoCommands } from "./command-fifo.ts";
import { commandWords } from "./commands.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;

test("commands come out as they were committed, in order", async () => {
  const simulation = simulate(elaborate(commandFifo()));
  const steps = fc.array(fc.record({ commits: fc.boolean(), takes: fc.boolean() }), { maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(steps, async (actions) => {
      await simulation.run(async (tb) => {
        await tb.reset();
        const waiting: number[] = [];
        let next = 0;
        for (const { commits, takes } of actions) {
          assert.equal(tb.get("hasRoom"), waiting.length < fifoCommands ? 1n : 0n);
          assert.equal(tb.get("available"), waiting.length > 0 ? 1n : 0n);
          if (commits && waiting.length < fifoCommands) {
            // From the last word to the first: the order does not matter. The last write comes with the commit.
            for (let word = commandWords - 1; word >= 0; word--) {
              tb.set("write", 1);
              tb.set("writeIndex", word);
              tb.set("writeData", 1000 * next + word);
              tb.set("commit", word === 0 ? 1 : 0);
              await tb.tick();
            }
            tb.set("write", 0);
            tb.set("commit", 0);
            waiting.push(next++);
          }
          const oldest = waiting[0];
          if (takes && oldest !== undefined) {
            for (const word of [0, 7, commandWords - 1]) {
              tb.set("readIndex", word);
              await tb.tick();
              assert.equal(tb.get("data"), BigInt(1000 * oldest + word));
            }
            tb.set("done", 1);
            await tb.tick();
            tb.set("done", 0);
            waiting.shift();
          }
        }
      });
    }),
    { numRuns: 20 },
  );
});

test("used as it says, it never loses count of its slots", { skip }, async () => {
  const shell = module(
    "CommandFifoProof",
    { commit: input(bit), done: input(bit), clear: input(bit), room: output(bit) },
    (io, m) => {
      const fifo = m.instance("fifo", commandFifo());
      fifo.write.set(0);
      fifo.writeIndex.set(uint(4).constant(0));
      fifo.writeData.set(0);
      fifo.readIndex.set(uint(4).constant(0));
      fifo.commit.set(io.commit);
      fifo.done.set(io.done);
      fifo.clear.set(io.clear);
      m.assume(io.commit.not().or(fifo.hasRoom), "nothing is committed without room");
      m.assume(io.done.not().or(fifo.available), "only what waits is taken");
      io.room.set(fifo.hasRoom);
    },
  );
  const result = await prove(elaborate(shell), { depth: 2, name: "command-fifo" });
  assert.equal(result.status, "pass", JSON.stringify(result));
});

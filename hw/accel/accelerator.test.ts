import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../gen/index.ts";
import { accelerator } from "./accelerator.ts";
import { AcceleratorBench, expectedResults, randomMatrix } from "./accelerator-bench.ts";
import type { AcceleratorParameters } from "./parameters.ts";
import { identification, registers, statusError } from "./registers.ts";
import { padMessage } from "./reference.ts";
import { BusMaster, windowOffset, type Stalls } from "./simulated-accelerator.ts";

const parameters: AcceleratorParameters = {
  portBytes: 8,
  activationBytes: 256,
  resultDepth: 16,
  fifoDepth: 16,
  dramBytes: 65536,
  buildId: 0xcafe_f00d,
};
const simulation = simulate(elaborate(accelerator(parameters)));
const calm: Stalls = { command: 0, data: 0, bus: 0 };

function withAccelerator(
  name: string,
  seed: number,
  stalls: Stalls,
  body: (bench: AcceleratorBench) => Promise<void>,
): Promise<void> {
  return AcceleratorBench.run(simulation, parameters, { name, seed, stalls }, body);
}

test("matrices of any shape, with random stalls on every stream", async () => {
  const stall = fc.constantFrom(0, 0.1, 0.5, 0.9);
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(fc.record({ rows: fc.integer({ min: 1, max: 33 }), columns: fc.integer({ min: 1, max: 256 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.record({ command: stall, data: stall, bus: fc.constantFrom(0, 0.5) }),
      async (seed, shapes, stalls) => {
        await withAccelerator("matrices", seed, stalls, async (bench) => {
          for (const { rows, columns } of shapes) {
            const matrix = randomMatrix(bench.random, rows, columns);
            await bench.checkMatrix(matrix, 8 * bench.random.below(1000));
          }
        });
      },
    ),
    { numRuns: 25 },
  );
});

test("the port words of a matrix are read once each, in order", async () => {
  await withAccelerator("order", 3, { command: 0.3, data: 0.3, bus: 0 }, async (bench) => {
    await bench.checkMatrix(randomMatrix(bench.random, 12, 40), 4096);
    assert.deepEqual(
      bench.dram.commands,
      Array.from({ length: 15 }, (_, i) => 512 + i),
    );
    assert.equal(await bench.bus.read("BEATS"), 15);
  });
});

test("rows follow each other without a gap", async () => {
  await withAccelerator("full-rate", 4, calm, async (bench) => {
    // Fewer rows than the FIFO holds, so nothing waits for the bus.
    await bench.startMatrix(randomMatrix(bench.random, 15, 256), 0);
    assert.equal(await bench.bus.finish(), 0);
    const beats = await bench.bus.read("BEATS");
    const stalls = (await bench.bus.read("STALL_WEIGHTS")) + (await bench.bus.read("STALL_OUTPUT"));
    const cycles = await bench.bus.read("CYCLES");
    assert.equal(beats, 3 * 32);
    assert.ok(stalls <= 10, `${stalls} stalls: more than the first word's latency`);
    assert.ok(cycles - beats - stalls <= 25, `${cycles} cycles for ${beats} port words`);
  });
});

test("a full result FIFO stalls the lanes and loses nothing", async () => {
  await withAccelerator("full-fifo", 5, calm, async (bench) => {
    const matrix = randomMatrix(bench.random, 200, 16);
    await bench.startMatrix(matrix, 0);
    await bench.tick(500);
    assert.equal(await bench.bus.status("RESULTS"), parameters.resultDepth);
    assert.equal(await bench.bus.status("BUSY"), 1);
    assert.deepEqual(await bench.bus.readResults(200), expectedResults(matrix));
    assert.equal(await bench.bus.finish(), 0);
    assert.ok((await bench.bus.read("STALL_OUTPUT")) > 400);
  });
});

test("STALL_WEIGHTS counts what DRAM makes the lanes wait", async () => {
  await withAccelerator("slow-dram", 6, { command: 0, data: 0.75, bus: 0 }, async (bench) => {
    await bench.checkMatrix(randomMatrix(bench.random, 10, 256), 0);
    const beats = await bench.bus.read("BEATS");
    assert.ok((await bench.bus.read("STALL_WEIGHTS")) > 2 * beats);
    assert.ok((await bench.bus.read("DMA_STALL_DATA")) > 2 * beats);
  });
});

test("refused parameters start nothing and say why", async () => {
  await withAccelerator("refused", 7, calm, async (bench) => {
    const { bus } = bench;
    const good = { WEIGHT_ADDRESS: 64, ROWS: 7, COLUMNS: 24, SHA_ADDRESS: 128, SHA_BLOCKS: 1 };
    const refused = async (
      name: Parameters<typeof statusError>[0],
      start: readonly string[],
      change: Partial<typeof good>,
    ): Promise<void> => {
      for (const [register, value] of Object.entries({ ...good, ...change })) await bus.write(register, value);
      await bus.control(...start);
      const status = await bus.read("STATUS");
      assert.equal(BusMaster.field("STATUS", "ERROR", status), statusError(name), `${name} ${JSON.stringify(change)}`);
      assert.equal(BusMaster.field("STATUS", "BUSY", status), 0);
      assert.equal(BusMaster.field("STATUS", "DONE", status), 1);
      await bus.control("CLEAR_DONE");
      assert.equal(await bus.status("DONE"), 0);
    };
    await refused("ROWS", ["START_MATVEC"], { ROWS: 0 });
    for (const COLUMNS of [0, 1, 12, 264, 16384]) await refused("COLUMNS", ["START_MATVEC"], { COLUMNS });
    for (const address of [1, 4, 65536, 65540, 0x8000_0000, 0xffff_fff8]) {
      await refused("ADDRESS", ["START_MATVEC"], { WEIGHT_ADDRESS: address });
      await refused("ADDRESS", ["START_SHA"], { SHA_ADDRESS: address });
    }
    await refused("BLOCKS", ["START_SHA"], { SHA_BLOCKS: 0 });
    await refused("COMMAND", ["START_MATVEC", "START_SHA"], {});
    await refused("COMMAND", ["START_SHA", "START_SHA_BLOCK"], {});
    assert.deepEqual(bench.dram.commands, []);
    // A read of the empty result FIFO does not wait.
    assert.equal(await bus.access(windowOffset("RESULT"), null), 0);
    await bench.checkMatrix(randomMatrix(bench.random, 7, 24), 64);
  });
});

test("a start while a command runs is refused and the command goes on", async () => {
  await withAccelerator("busy", 8, calm, async (bench) => {
    const matrix = randomMatrix(bench.random, 60, 100);
    await bench.startMatrix(matrix, 0);
    await bench.bus.control("START_MATVEC");
    assert.equal(await bench.bus.status("ERROR"), statusError("BUSY"));
    assert.deepEqual(await bench.bus.readResults(60), expectedResults(matrix));
    assert.equal(await bench.bus.finish(), statusError("BUSY"));
    await bench.checkMatrix(randomMatrix(bench.random, 6, 30), 8192);
  });
});

test("abort at any time drains, empties the results and leaves a working engine", async () => {
  const stall = fc.constantFrom(0, 0.5, 0.9);
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.nat(400),
      fc.boolean(),
      fc.record({ command: stall, data: stall, bus: fc.constant(0) }),
      async (seed, wait, sha, stalls) => {
        await withAccelerator("abort", seed, stalls, async (bench) => {
          if (sha) {
            await bench.bus.write("SHA_BLOCKS", 50);
            await bench.bus.control("START_SHA", "SHA_INIT");
          } else await bench.startMatrix(randomMatrix(bench.random, 100, 64), 0);
          await bench.tick(wait);
          await bench.bus.control("ABORT");
          assert.equal(await bench.bus.finish(), statusError("ABORTED"));
          assert.equal(await bench.bus.status("RESULTS"), 0);
          const commands = bench.dram.commands.length;
          await bench.tick(50);
          assert.equal(bench.dram.commands.length, commands, "commands after the abort");
          await bench.checkMatrix(randomMatrix(bench.random, 9, 50), 1024);
          await bench.checkHash(bench.random.below(200));
        });
      },
    ),
    { numRuns: 25 },
  );
});

test("a matrix beyond the end of DRAM stops there", async () => {
  await withAccelerator("range", 9, { command: 0.2, data: 0.2, bus: 0 }, async (bench) => {
    const address = parameters.dramBytes - 3 * 64;
    const matrix = randomMatrix(bench.random, 15, 64);
    await bench.startMatrix(matrix, address);
    await bench.bus.readResults(15);
    assert.equal(await bench.bus.finish(), statusError("NONE"), "up to the very end is allowed");
    await bench.bus.write("ROWS", 16);
    await bench.bus.control("START_MATVEC");
    assert.equal(await bench.bus.finish(), statusError("RANGE"));
    assert.ok(Math.max(...bench.dram.commands) < parameters.dramBytes / parameters.portBytes);
    await bench.checkMatrix(randomMatrix(bench.random, 5, 8), 0);
  });
});

test("hashes by DMA and through the window, with random stalls", async () => {
  const stall = fc.constantFrom(0, 0.3, 0.9);
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.nat(300),
      fc.record({ command: stall, data: stall, bus: fc.constantFrom(0, 0.5) }),
      async (seed, bytes, stalls) => {
        await withAccelerator("hashes", seed, stalls, (bench) => bench.checkHash(bytes));
      },
    ),
    { numRuns: 15 },
  );
});

test("a hash goes on from one DMA command to the next, at 65 cycles a block", async () => {
  await withAccelerator("hash-parts", 10, calm, async (bench) => {
    const { bus, content, random } = bench;
    const message = Uint8Array.from({ length: 64 * 20 }, () => random.below(256));
    content.set(padMessage(message), 0);
    await bus.write("SHA_ADDRESS", 0);
    await bus.write("SHA_BLOCKS", 15);
    await bus.control("START_SHA", "SHA_INIT");
    assert.equal(await bus.finish(), 0);
    const cycles = await bus.read("CYCLES");
    assert.ok(cycles <= 65 * 15 + 20, `${cycles} cycles for 15 blocks`);
    await bus.write("SHA_ADDRESS", 15 * 64);
    await bus.write("SHA_BLOCKS", 6);
    await bus.control("START_SHA");
    assert.equal(await bus.finish(), 0);
    assert.equal(
      (await bus.read("DIGEST0")).toString(16).padStart(8, "0"),
      createHash("sha256").update(message).digest("hex").slice(0, 8),
    );
  });
});

test("the interrupt follows DONE where it is enabled", async () => {
  await withAccelerator("interrupt", 11, calm, async (bench) => {
    const { bus } = bench;
    await bus.writeWindow("SHA_BLOCK", padMessage(new Uint8Array(0)));
    await bus.control("START_SHA_BLOCK", "SHA_INIT", "IRQ_ENABLE");
    assert.equal(bench.irq(), false);
    await bench.tick(100);
    assert.equal(bench.irq(), true);
    await bus.control("CLEAR_DONE", "IRQ_ENABLE");
    assert.equal(bench.irq(), false);
    assert.equal(BusMaster.field("CONTROL", "IRQ_ENABLE", await bus.read("CONTROL")), 1);
    await bus.control("START_SHA_BLOCK", "SHA_INIT");
    await bench.tick(100);
    assert.equal(bench.irq(), false);
  });
});

test("registers hold what is written, constants and unused addresses do not", async () => {
  await withAccelerator("registers", 12, calm, async ({ bus }) => {
    assert.equal(await bus.read("ID"), identification);
    assert.equal(await bus.read("BUILD_ID"), parameters.buildId);
    assert.equal(BusMaster.field("CONFIG", "PORT_BYTES", await bus.read("CONFIG")), parameters.portBytes);
    assert.equal(BusMaster.field("CONFIG", "RESULT_DEPTH", await bus.read("CONFIG")), parameters.resultDepth);
    assert.equal(await bus.read("ACTIVATION_BYTES"), parameters.activationBytes);
    for (const register of registers) {
      const before = await bus.read(register.name);
      if (register.name === "CONTROL") continue;
      if (typeof register.reset === "number") assert.equal(before, register.reset, `reset of ${register.name}`);
      await bus.write(register.name, 0xffff_ffff);
      const width = register.fields[0]?.width ?? 0;
      assert.equal(await bus.read(register.name), register.access === "rw" ? 2 ** width - 1 : before, register.name);
    }
    for (const offset of [0x34, 0x7c, 0x100, 0x3ffc, 0x4000, 0xc000])
      assert.equal(await bus.access(offset, null), 0, `offset ${offset}`);
  });
});

test("activation bytes are written alone where the bus enables them alone", async () => {
  await withAccelerator("bytes", 13, calm, async (bench) => {
    const { bus } = bench;
    const matrix = randomMatrix(bench.random, 5, 8);
    await bench.startMatrix(matrix, 0);
    await bus.readResults(5);
    await bus.access(windowOffset("ACTIVATION") + 4, 0x11223344, 0b0100);
    matrix.activations[6] = 0x22;
    await bus.finish();
    await bus.control("START_MATVEC");
    assert.deepEqual(await bus.readResults(5), expectedResults(matrix));
  });
});

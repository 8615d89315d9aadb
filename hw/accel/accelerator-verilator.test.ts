/** The same engine as Verilog: a few runs on Verilator, in both port widths. */
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { elaborate, simulate } from "../../gen/index.ts";
import { accelerator } from "./accelerator.ts";
import { AcceleratorBench, randomMatrix } from "./accelerator-bench.ts";
import type { AcceleratorParameters } from "./parameters.ts";

const missing = spawnSync("verilator", ["--version"]).error !== undefined && process.env["CI"] === undefined;

for (const portBytes of [8, 16]) {
  const parameters: AcceleratorParameters = {
    portBytes,
    activationBytes: 256,
    resultDepth: 16,
    fifoDepth: 16,
    dramBytes: 65536,
    buildId: 1,
  };

  test(
    `matrices and hashes on Verilator, ${portBytes}-byte port`,
    { skip: missing ? "verilator is not here" : false },
    async () => {
      const simulation = simulate(elaborate(accelerator(parameters)), { engine: "verilator" });
      try {
        for (const [seed, stall] of [0, 0.5].entries()) {
          const stalls = { command: stall, data: stall, bus: 0 };
          await AcceleratorBench.run(simulation, parameters, { name: `verilator-${portBytes}`, seed, stalls }, async (bench) => {
            for (const [rows, columns] of [
              [13, 100],
              [5, 16],
              [1, 1],
              [40, 33],
            ] as const) {
              await bench.checkMatrix(randomMatrix(bench.random, rows, columns), 16 * bench.random.below(100));
            }
            await bench.checkHash(150);
            await bench.startMatrix(randomMatrix(bench.random, 50, 64), 0);
            await bench.tick(60);
            await bench.bus.control("ABORT");
            await bench.bus.finish();
            await bench.checkMatrix(randomMatrix(bench.random, 7, 24), 512);
          });
        }
      } finally {
        simulation.close();
      }
    },
  );
}

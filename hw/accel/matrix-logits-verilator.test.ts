/** The matrix unit and the logits unit behind it, as in the accelerator, as Verilog on Verilator. */
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { elaborate, simulate } from "../../gen/index.ts";
import { checkMatrices, matrixWithLogits } from "./testing/matrix-logits.ts";

const missing = spawnSync("verilator", ["--version"]).error !== undefined && process.env["CI"] === undefined;

test("weights in, logits out, on Verilator", { skip: missing ? "verilator is not here" : false }, async () => {
  const simulation = simulate(elaborate(matrixWithLogits()), { engine: "verilator" });
  try {
    await checkMatrices(simulation);
  } finally {
    simulation.close();
  }
});

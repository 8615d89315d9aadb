/** The share of DRAM's bandwidth that the stream reader gets on every kind of DRAM, with LiteDRAM's checker of DRAM timings. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { configurations } from "../../boards/configuration.ts";
import { emitConfigurationJson } from "../../boards/emit.ts";
import { projectRoot } from "../../cli/paths.ts";
import { skipWithout } from "../../test/tools.ts";

interface Run {
  readonly run: string;
  readonly efficiency: number;
  readonly weight_efficiency: number;
}

for (const name of ["arty", "ecp5", "ecpix5", "ulx3s"] as const) {
  // SDR brings half of a beat in a cycle.
  const { dram, accelerator } = configurations[name];
  const whole = dram.portBytes / accelerator.portBytes;

  test(
    `95% of what DRAM can bring on ${name}, no DRAM timing broken`,
    { skip: skipWithout("build/venv/bin/python3", "verilator") },
    () => {
      const folder = join(projectRoot, "build/dram-bench", name);
      mkdirSync(folder, { recursive: true });
      const configuration = join(folder, "configuration.json");
      writeFileSync(configuration, emitConfigurationJson(configurations[name], 0));
      const args = ["-m", "hw.soc.dram_bench", "--configuration", configuration, "--json", "--with-timing-checker"];
      const bench = spawnSync("build/venv/bin/python3", args, { cwd: projectRoot, encoding: "utf8" });
      assert.equal(bench.status, 0, bench.stderr);
      const runs = bench.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Run);
      const named = (run: string): Run => {
        const found = runs.find((candidate) => candidate.run === run);
        assert.ok(found, `no run "${run}"`);
        return found;
      };
      assert.ok(named("1 MiB").efficiency > 0.95 * whole, "1 MiB in order");
      assert.ok(named("1 MiB").efficiency > named("1 MiB LiteDRAMDMAReader").efficiency, "LiteDRAM's own reader is not faster");
      assert.ok(named("layers of 370M").weight_efficiency > 0.92 * whole, "weights with everything else");
    },
  );
}

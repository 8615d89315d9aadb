/** The SoC's Python tests (unittest with migen's simulator), run beside all others. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { projectRoot } from "../../cli/paths.ts";
import { skipWithout } from "../../test/tools.ts";

for (const name of ["flash_core", "flash_read_ahead", "level2_cache", "status_leds", "wide_port"]) {
  test(name, { skip: skipWithout("build/venv/bin/python3"), timeout: 300_000 }, () => {
    const tests = spawnSync("build/venv/bin/python3", ["-m", "unittest", `hw.soc.test.test_${name}`], {
      cwd: projectRoot,
      encoding: "utf8",
    });
    assert.equal(tests.status, 0, tests.stderr);
    assert.match(tests.stderr, /^Ran [1-9]\d* tests?/m);
  });
}

/** The SoC's Python tests (unittest with migen's simulator), run beside all others. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { projectRoot } from "../../cli/paths.ts";
import { skipWithout } from "../../test/tools.ts";

test("the port splitter", { skip: skipWithout("build/venv/bin/python3"), timeout: 300_000 }, () => {
  const tests = spawnSync("build/venv/bin/python3", ["-m", "unittest", "hw.soc.test.test_port_splitter"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  assert.equal(tests.status, 0, tests.stderr);
  assert.match(tests.stderr, /^Ran [1-9]\d* tests/m);
});

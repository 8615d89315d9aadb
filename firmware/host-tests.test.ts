// Builds and runs the C tests of boot, drivers and console on this machine (firmware/testing/main.c lists them), each as one test.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";

const program = "build/host/sanitized/firmware-tests";
const root = new URL("..", import.meta.url).pathname;
const build = spawnSync("make", ["--no-print-directory", "firmware-tests", "CONFIG=arty"], { cwd: root, encoding: "utf8" });

test("the firmware's host tests build without a warning", () => {
  assert.equal(build.status, 0, build.stdout + build.stderr);
});

if (build.status === 0) {
  const names = execFileSync(program, { cwd: root, encoding: "utf8" }).trim().split("\n");
  for (const name of names) {
    test(`firmware ${name}`, () => {
      const run = spawnSync(program, [name], { cwd: root, encoding: "utf8", timeout: 60_000 });
      assert.equal(run.status, 0, run.stderr);
    });
  }
}

// The accelerator's Verilog is the same bytes wherever it is made, holds no trace of where that was, and is what the SoC is built from.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { projectRoot } from "../cli/paths.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { ternel } from "./ternel.ts";
import { skipWithout } from "./tools.ts";

const minutes = 60_000;

function contents(folder: string): Map<string, string> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

for (const config of ["arty", "ecp5", "wide"]) {
  test(`${config}: byte-identical from two folders; no path, no date in it`, { timeout: 3 * minutes }, async () => {
    const folders = [temporaryFolder(), temporaryFolder()];
    try {
      const made: Map<string, string>[] = [];
      for (const folder of folders) {
        const { status, json, complaints } = await ternel(["verilog", "--config", config, "-o", folder.path("out"), "--json"], {
          folder: folder.path("."),
        });
        assert.equal(status, 0, complaints);
        assert.equal(json["top"], "ternel_accelerator");
        made.push(contents(folder.path("out")));
      }
      const [first, second] = made;
      assert.ok(first !== undefined && first.size >= 2);
      assert.deepEqual(first, second);
      for (const [name, text] of first) {
        for (const trace of [projectRoot, "/tmp/", new Date().getFullYear().toString()])
          assert.ok(!text.includes(trace), `${name} holds ${trace}`);
      }
    } finally {
      for (const folder of folders) folder.remove();
    }
  });
}

test("Verilator finds nothing to say about it", { skip: skipWithout("verilator"), timeout: 3 * minutes }, async () => {
  const folder = temporaryFolder();
  try {
    assert.equal((await ternel(["verilog", "-o", folder.path("out")])).status, 0);
    const lint = spawnSync("verilator", ["--lint-only", "-Wall", folder.path("out/ternel_accelerator.v")], { encoding: "utf8" });
    assert.equal(lint.stdout + lint.stderr, "");
    assert.equal(lint.status, 0);
  } finally {
    folder.remove();
  }
});

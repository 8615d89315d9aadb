// `make demo` prints the story that the README shows.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { projectRoot } from "../cli/paths.ts";
import { documentedCommands, isAsDocumented } from "./documents.ts";
import { skipWithout, socTools } from "./tools.ts";

const minutes = 60_000;

for (const { document, command, output } of documentedCommands("README.md").filter((entry) => entry.command.startsWith("make "))) {
  test(`${document}: ${command}`, { skip: skipWithout(...socTools), timeout: 30 * minutes }, () => {
    const environment = { ...process.env, MAKEFLAGS: "", MAKELEVEL: "" };
    // The first call builds; what the second one prints is the machine's alone.
    const built = spawnSync("sh", ["-c", command], { cwd: projectRoot, env: environment, encoding: "utf8" });
    assert.equal(built.status, 0, built.stderr);
    const outcome = spawnSync("sh", ["-c", command], { cwd: projectRoot, env: environment, encoding: "utf8" });
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.ok(isAsDocumented(outcome.stdout, output), `printed:\n${outcome.stdout}`);
  });
}

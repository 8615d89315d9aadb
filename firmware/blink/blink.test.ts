// The self-test in the simulated SoC, from the image that `ternel image --blink` makes: it says what it finds, and sends back what it is sent.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildBoardImage } from "../../cli/flash/board-image.ts";
import { builtId } from "../../cli/flash-image.ts";
import { makeTargets } from "../../cli/make.ts";
import { buildPaths } from "../../cli/paths.ts";
import { skipWithout, socTools } from "../../test/tools.ts";

const config = "arty";
const typed = "hello";

test("the self-test prints, tests and echoes, without DRAM", { skip: skipWithout(...socTools), timeout: 900_000 }, async () => {
  const { simulator } = buildPaths(config);
  await makeTargets(["sim"], config);
  const { image: content } = await buildBoardImage({ board: config, blink: true, bitstream: false });

  mkdirSync("build/tests", { recursive: true });
  const temporary = mkdtempSync("build/tests/blink-");
  const image = join(temporary, "flash");
  writeFileSync(image, content);
  const child = spawn(simulator, ["--flash", image, "--max-cycles", "4000000"], { stdio: ["pipe", "pipe", "ignore"] });
  let text = "";
  let sent = false;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (!sent && text.includes("comes back.")) {
      sent = true;
      child.stdin.write(typed);
    }
    if (text.endsWith(typed)) child.kill();
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  child.on("close", () => {
    resolve(undefined);
  });
  child.on("error", reject);
  await promise;
  rmSync(temporary, { recursive: true });

  const lines = text.replaceAll("\r", "").trim().split("\n");
  assert.deepEqual(lines, [
    `Ternel self-test, board ${config}, build ${builtId(config)}`,
    lines[1],
    "SRAM: 2048 bytes, words that fail: 0",
    "Clock: a dot each second; what you type comes back.",
    `.${typed}`,
  ]);
  assert.match(lines[1] ?? "", /^Flash: id [0-9a-f]{8}, four lines$/);
});

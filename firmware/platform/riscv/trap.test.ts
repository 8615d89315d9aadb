// Stage 1 with a broken instruction in it, sealed with a right hash so that it boots: the machine says cause, pc and address, and
// restarts. On the simulated SoC, by the fast path.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { configurations } from "../../../boards/configuration.ts";
import { flashImage, sealStage1 } from "../../../boards/flash-image.ts";
import { stage1HeaderBytes } from "../../../boards/stage-header.ts";
import { builtId } from "../../../cli/flash-image.ts";
import { makeTargets } from "../../../cli/make.ts";
import { defaultModel } from "../../../cli/options.ts";
import { buildPaths } from "../../../cli/paths.ts";
import { skipWithout, socTools } from "../../../test/tools.ts";

const config = "arty";
const { dramLayout } = configurations[config];
const hexadecimal = (value: number): string => value.toString(16).padStart(8, "0");

/** What stands in place of the first instruction of console_run, and what the machine must say about it. */
const faults = [
  { name: "an illegal instruction", word: 0x0000_0000, cause: "2, illegal instruction", address: undefined },
  // lw a0, 1(zero)
  { name: "a misaligned load", word: 0x0010_2503, cause: "4, load address misaligned", address: 1 },
];

/** The address of a function in the linked stage 1. */
function addressOf(name: string): number {
  const symbols = execFileSync("riscv64-unknown-elf-nm", [join(buildPaths(config).folder, "firmware/stage1.elf")], {
    encoding: "utf8",
  });
  const line = symbols.split("\n").find((entry) => entry.endsWith(` ${name}`));
  assert.ok(line !== undefined, `no function ${name}`);
  return Number.parseInt(line, 16);
}

/** Boots until the second banner, or for as many cycles as that takes at most. */
async function bootTwice(image: Uint8Array, stage1: Uint8Array): Promise<string> {
  const paths = buildPaths(config);
  mkdirSync("build/tests", { recursive: true });
  const folder = mkdtempSync("build/tests/trap-");
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const preloads = [`${dramLayout.stage1.origin}:${file("stage1", stage1)}`, `${dramLayout.model.origin}:${defaultModel()}`];
  const options = ["--flash", file("flash", image), "--boot-mode", "1", "--max-cycles", "4000000"];
  const child = spawn(paths.simulator, [...options, ...preloads.flatMap((preload) => ["--preload-dram", preload])], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (text.split("Ternel stage 0").length > 2) child.kill();
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  child.on("close", () => {
    resolve(undefined);
  });
  child.on("error", reject);
  await promise;
  rmSync(folder, { recursive: true });
  return text;
}

test(
  "a trap is reported with cause, pc and address, and the machine restarts",
  { skip: skipWithout(...socTools), timeout: 600_000 },
  async (context) => {
    await makeTargets(["sim", "firmware"], config);
    const paths = buildPaths(config);
    const id = Number.parseInt(builtId(config), 16);
    const place = addressOf("console_run");
    for (const fault of faults) {
      await context.test(fault.name, async () => {
        const payload = readFileSync(paths.stage1);
        payload.writeUInt32LE(fault.word, place - dramLayout.stage1.origin - stage1HeaderBytes);
        const stage1 = sealStage1(configurations[config], id, payload);
        const image = flashImage(configurations[config], id, {
          stage0: readFileSync(paths.stage0),
          slotA: stage1,
          model: readFileSync(defaultModel()),
        });
        const text = await bootTwice(image, stage1);
        const address = fault.address === undefined ? "[0-9a-f]{8}" : hexadecimal(fault.address);
        const line = `E3012 processor: trap \\(cause ${fault.cause}; pc ${hexadecimal(place)}; address ${address};`;
        assert.match(text, new RegExp(`${line}[^\\n]*\\n\\r?Restarting\\.\\r?\\n[^]*Ternel stage 0`), text);
      });
    }
  },
);

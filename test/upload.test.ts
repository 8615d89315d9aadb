// `ternel console` and `ternel upload` end to end: the real console and flash driver on the simulated SoC, its bit-level flash, and its
// serial line as a pseudo-terminal. A model with one changed sector arrives, and the machine starts with it. Firmware:
// upload-firmware.full.test.ts.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { configurations } from "../boards/configuration.ts";
import { buildFlashImage } from "../cli/flash-image.ts";
import { sealContainer } from "../models/container.ts";
import { packModel, readCheckpoint } from "../models/index.ts";
import { writeRandomModel } from "../models/testing/random-model.ts";
import { startOnPseudoTerminal } from "./pseudo-terminal-soc.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { ternel } from "./ternel.ts";
import { skipWithout, socTools } from "./tools.ts";

const minutes = 60_000;
const { map } = configurations.arty.flash;

/** The first four bytes of a container's hash, as the console's banner has them. */
const bannerHash = (model: Uint8Array): string => Buffer.from(model.subarray(model.length - 64, model.length - 60)).toString("hex");

const soc = { skip: skipWithout(...socTools), timeout: 20 * minutes };

/** A small model, and the same with other trits in one place. */
function twoModels(folder: string): { readonly first: Uint8Array; readonly second: Uint8Array } {
  writeRandomModel(folder, { dimension: 24, intermediate: 40, layers: 2, vocabulary: 300, tokenCount: 300, seed: 9n });
  const first = packModel(readCheckpoint(folder), { name: "first" }).bytes;
  const second = Uint8Array.from(first);
  second[second.length - 5000] = ((second[second.length - 5000] ?? 0) + 1) % 243;
  sealContainer(second);
  return { first, second };
}

/** Sends a model and restarts the machine; how many sectors were written. */
async function send(port: string, file: string): Promise<number> {
  const args = ["upload", "--port", port, "--board", "arty", "--model", file, "--timeout", "120", "--reboot", "--json"];
  const { status, json, complaints } = await ternel(args, { limit: 900 });
  assert.equal(status, 0, complaints);
  assert.deepEqual([json["region"], json["bytes"]], ["model", readFileSync(file).length]);
  return Number(json["written"]);
}

test("a changed model goes up over the serial line and boots", soc, async (context) => {
  const folder = temporaryFolder();
  const file = (name: string) => folder.path(name);
  const { first, second } = twoModels(file("model"));
  writeFileSync(file("first.tern"), first);
  writeFileSync(file("second.tern"), second);
  const built = await buildFlashImage("arty", file("first.tern"));
  const machine = await startOnPseudoTerminal("arty", built, { model: file("first.tern"), saveFlash: file("after.bin") });
  const start = performance.now();
  try {
    await machine.waitFor(`hash ${bannerHash(first)}`);
    const written = await send(machine.port, file("second.tern"));
    // The changed byte's, the hash's (often the same) and the first.
    assert.ok(written === 2 || written === 3, `${written} sectors`);
    context.diagnostic(`${written} sectors, ${((performance.now() - start) / 1000).toFixed(0)} s here`);
    await machine.waitFor(`hash ${bannerHash(second)}`);
  } finally {
    await machine.stop();
  }
  // The flash: the new model, and everything else as it was.
  const after = readFileSync(file("after.bin"));
  const expected = Buffer.alloc(after.length, 0xff);
  expected.set(built.image);
  expected.set(second, map.model.offset);
  assert.ok(after.equals(expected));
  folder.remove();
});

test("an upload that stopped half-way leaves a machine that takes the rest", soc, async () => {
  const folder = temporaryFolder();
  const file = (name: string) => folder.path(name);
  const { first } = twoModels(file("model"));
  // As a broken upload leaves it: all but the first sector.
  const half = Uint8Array.from(first).fill(0xff, 0, 4096);
  writeFileSync(file("first.tern"), first);
  writeFileSync(file("half.tern"), half);
  const built = await buildFlashImage("arty", file("half.tern"));
  const machine = await startOnPseudoTerminal("arty", built, { model: file("half.tern") });
  try {
    await machine.waitFor("E1002 container: wrong magic");
    await machine.waitFor(">>> ");
    assert.equal(await send(machine.port, file("first.tern")), 1);
    await machine.waitFor(`hash ${bannerHash(first)}`);
  } finally {
    await machine.stop();
    folder.remove();
  }
});

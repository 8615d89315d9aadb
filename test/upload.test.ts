// `ternel console` and `ternel upload` end to end: the real console and flash driver on the simulated SoC, its bit-level flash, and its
// serial line as a pseudo-terminal. What a broken upload left is completed, and a model with one changed sector arrives; the machine starts
// with either. Firmware, many sectors of it: upload-firmware.full.test.ts.
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

/** A small model, and the same with other trits in one place, in the sector of its hash: seconds of simulation for each sector. */
function twoModels(folder: string): { readonly first: Uint8Array; readonly second: Uint8Array } {
  writeRandomModel(folder, { dimension: 24, intermediate: 40, layers: 2, vocabulary: 300, tokenCount: 300, seed: 9n });
  const first = packModel(readCheckpoint(folder), { name: "first" }).bytes;
  const second = Uint8Array.from(first);
  second[second.length - 1000] = ((second[second.length - 1000] ?? 0) + 1) % 243;
  assert.equal(Math.floor((second.length - 1000) / 4096), Math.floor((second.length - 1) / 4096));
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

test("a machine takes what a broken upload left out, and then a changed model; it boots with both", soc, async (context) => {
  const folder = temporaryFolder();
  const file = (name: string) => folder.path(name);
  const { first, second } = twoModels(file("model"));
  // All but the first sector, which is written last.
  const half = Uint8Array.from(first).fill(0xff, 0, 4096);
  for (const [name, bytes] of Object.entries({ half, first, second })) writeFileSync(file(`${name}.tern`), bytes);
  const built = await buildFlashImage("arty", file("half.tern"));
  const machine = await startOnPseudoTerminal("arty", built, { model: file("half.tern"), saveFlash: file("after.bin") });
  const start = performance.now();
  try {
    await machine.waitFor("E1002 container: wrong magic");
    await machine.waitFor(">>> ");
    assert.equal(await send(machine.port, file("first.tern")), 1);
    await machine.waitFor(`hash ${bannerHash(first)}`);
    // The changed byte's and the hash's, which are one, and the first.
    assert.equal(await send(machine.port, file("second.tern")), 2);
    await machine.waitFor(`hash ${bannerHash(second)}`);
    context.diagnostic(`three sectors, three boots: ${((performance.now() - start) / 1000).toFixed(0)} s here`);
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

// Two second stages in the flash: which one the SoC boots, and that a damaged one does not keep it from booting.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { configurations } from "../boards/configuration.ts";
import { sealStage1 } from "../boards/flash-image.ts";
import { buildPaths } from "../cli/paths.ts";
import { packRandomModel } from "./conformance.ts";
import { bootFrom, buildFlash } from "./damaged-flash.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { skipWithout, socTools } from "./tools.ts";

const { arty } = configurations;
const { slotA, slotB } = arty.flash.map;
const soc = { skip: skipWithout(...socTools), timeout: 30 * 60_000 };
const folder = temporaryFolder();
after(folder.remove);
let image: Uint8Array;
let newer: Uint8Array;
before(async () => {
  if (soc.skip !== false) return;
  // The smallest model: its copy is most of a boot through the flash (boot.test.ts), and which slot boots is decided before it.
  const model = packRandomModel(folder, "small", { dimension: 24, intermediate: 40, layers: 1, vocabulary: 300 });
  const built = await buildFlash("arty", model);
  image = built.image;
  newer = sealStage1(arty, Number.parseInt(built.buildId, 16), readFileSync(buildPaths("arty").stage1), { sequence: 1 });
}, soc);

/** The image with these bytes put in. */
function changed(offset: number, bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(image);
  copy.set(bytes, offset);
  return copy;
}

/** A stage 1 with one flipped bit in its payload: only the hash can tell. */
function damaged(stage1: Uint8Array): Uint8Array {
  return stage1.map((byte, at) => (at === 5000 ? byte ^ 1 : byte));
}

test("a newer stage 1 with a wrong hash: the machine says so and boots the older one", soc, async () => {
  const { result, text } = await bootFrom("arty", changed(slotB.offset, damaged(newer)), { copy: true });
  assert.equal(result, "console", text);
  assert.match(text, /\nSlot B: E1506 image: second stage hash mismatch\r?\n/);
});

test("a damaged header in slot A: slot B boots", soc, async () => {
  const withB = changed(slotB.offset, newer);
  withB.fill(0, slotA.offset + 8, slotA.offset + 12); // length 0
  const { result, text } = await bootFrom("arty", withB, { copy: true });
  assert.equal(result, "console", text);
  assert.match(text, /\nSlot A: E1503 image: length of the second stage out of range\r?\n/);
});

// What slots.test.ts leaves out for time: no slot that is whole, and the choice by sequence number as stage 1 sees it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configurations } from "../boards/configuration.ts";
import { sealStage1 } from "../boards/flash-image.ts";
import { defaultModel } from "../cli/options.ts";
import { buildPaths } from "../cli/paths.ts";
import { bootFrom, buildFlash } from "./damaged-flash.ts";
import { skipWithout, socTools } from "./tools.ts";

const { arty } = configurations;
const { slotA, slotB } = arty.flash.map;

test(
  "two damaged slots stop the boot with the hash's code; two empty ones with their own",
  { skip: skipWithout(...socTools) },
  async () => {
    const { image, buildId, stage1 } = await buildFlash("arty", defaultModel());
    const newer = sealStage1(arty, Number.parseInt(buildId, 16), readFileSync(buildPaths("arty").stage1), { sequence: 1 });
    const bad = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 5000 ? byte ^ 1 : byte));
    const both = Uint8Array.from(image);
    both.set(bad(stage1), slotA.offset);
    both.set(bad(newer), slotB.offset);
    const outcome = await bootFrom("arty", both, { copy: true });
    assert.equal(outcome.result, "E1506", outcome.text);
    assert.match(outcome.text, /\nSlot B: E1506/);

    const none = Uint8Array.from(image).fill(0xff, slotA.offset, slotA.offset + slotA.bytes);
    assert.equal((await bootFrom("arty", none, { copy: true })).result, "E1501");
  },
);

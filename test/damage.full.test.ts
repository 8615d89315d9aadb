// Every byte of the container's header and of stage 1's header, flipped in the flash, on the SoC's console.
import assert from "node:assert/strict";
import { test } from "node:test";
import { configurations } from "../boards/configuration.ts";
import { stage1HeaderBytes } from "../boards/stage-header.ts";
import { defaultModel } from "../cli/options.ts";
import { bootFrom, buildFlash } from "./damaged-flash.ts";
import { skipWithout, socTools } from "./tools.ts";

const minutes = 60_000;
const { map } = configurations.arty.flash;

for (const [name, offset, bytes, codes] of [
  ["the container's header", map.model.offset, 128, /^E1[0-2]\d\d$/],
  ["stage 1's header", map.slotA.offset, stage1HeaderBytes, /^E15\d\d$/],
] as const) {
  test(`every byte of ${name}`, { skip: skipWithout(...socTools), timeout: 60 * minutes }, async () => {
    const { image } = await buildFlash("arty", defaultModel());
    for (let i = 0; i < bytes; i++) {
      const damaged = Uint8Array.from(image);
      damaged[offset + i] = (damaged[offset + i] ?? 0) ^ 0xff;
      const { result, text } = await bootFrom("arty", damaged);
      assert.match(result, codes, `byte ${i}:\n${text}`);
      // A bad model leaves a console without a model; a bad stage 1 leaves none.
      if (name === "stage 1's header") assert.doesNotMatch(text, />>> /);
    }
  });
}

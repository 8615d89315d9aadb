// `ternel console` and `ternel upload` end to end: the real console and flash driver on the simulated SoC, its bit-level flash, and its
// serial line as a pseudo-terminal. A model with one changed sector arrives, and the machine starts with it.
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

test(
  "a changed model goes up over the serial line and boots",
  { skip: skipWithout(...socTools), timeout: 20 * minutes },
  async (context) => {
    const folder = temporaryFolder();
    const file = (name: string) => folder.path(name);
    writeRandomModel(file("model"), { dimension: 24, intermediate: 40, layers: 2, vocabulary: 300, tokenCount: 300, seed: 9n });
    const first = packModel(readCheckpoint(file("model")), { name: "first" }).bytes;
    const second = Uint8Array.from(first);
    second[second.length - 5000] = ((second[second.length - 5000] ?? 0) + 1) % 243; // another five trits
    sealContainer(second);
    writeFileSync(file("first.tern"), first);
    writeFileSync(file("second.tern"), second);
    const built = await buildFlashImage("arty", file("first.tern"));
    const soc = await startOnPseudoTerminal("arty", built, { model: file("first.tern"), saveFlash: file("after.bin") });
    const start = performance.now();
    try {
      const wait = (text: string) => ternel(["console", "--port", soc.port, "--match", text, "--timeout", "600"], { limit: 700 });
      const booted = await wait(`hash ${bannerHash(first)}`);
      assert.equal(booted.status, 0, booted.complaints);

      const sent = await ternel(
        ["upload", "--port", soc.port, "--board", "arty", "--model", file("second.tern"), "--timeout", "120", "--reboot", "--json"],
        { limit: 900 },
      );
      assert.equal(sent.status, 0, sent.complaints);
      const { region, written, sectors, bytes } = sent.json;
      assert.deepEqual([region, bytes], ["model", second.length]);
      // The changed byte's, the hash's (often the same) and the first.
      assert.ok(written === 2 || written === 3, `${String(written)} of ${String(sectors)} sectors`);
      context.diagnostic(
        `${String(written)} of ${String(sectors)} sectors, ${((performance.now() - start) / 1000).toFixed(0)} s here`,
      );

      const restarted = await wait(`hash ${bannerHash(second)}`);
      assert.equal(restarted.status, 0, restarted.complaints);
    } finally {
      await soc.stop();
    }
    // The flash: the new model, and everything else as it was.
    const after = readFileSync(file("after.bin"));
    const expected = Buffer.alloc(after.length, 0xff);
    expected.set(built.image);
    expected.set(second, map.model.offset);
    assert.ok(after.equals(expected));
    folder.remove();
  },
);

// The menu of models, in QEMU: what it says of damaged ones, wrong answers, and that a good one can be chosen after all of them.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { defaultModel } from "../../../cli/options.ts";
import { buildUefiImage, type UefiImageOptions } from "../../../cli/uefi-image.ts";
import { temporaryFolder } from "../../../test/temporary-folder.ts";
import { ternel } from "../../../test/ternel.ts";
import { skipWithout, uefiTools } from "../../../test/tools.ts";
import { converse, powerOff, testLimit } from "./testing/conversation.ts";

const good = readFileSync(defaultModel());
const changed = (at: number, xor: number): Uint8Array => good.map((byte, i) => (i === at ? byte ^ xor : byte));

/** What can be wrong with a model, and the error of it as a file and in a partition. */
const damages: readonly (readonly [name: string, bytes: Uint8Array, file: string, partition: string])[] = [
  ["bit.tern", changed(good.length - 1000, 4), "E1203", "E1203"],
  ["huge.tern", changed(19, 0x7f), "E1101", "E1101"],
  ["magic.tern", changed(0, 1), "E1002", "E1002"],
  ["short.tern", good.subarray(0, good.length >> 1), "E1204", "E1203"],
  ["tiny.tern", good.subarray(0, 100), "E1001", "E1203"], // a partition goes on with zeros: the header is whole
  ["long.tern", Buffer.concat([good, Buffer.alloc(64)]), "E1205", ""],
];

describe("the menu of models", { skip: skipWithout(...uefiTools) }, () => {
  async function withImage(
    models: readonly (readonly [name: string, bytes: Uint8Array])[],
    options: Omit<UefiImageOptions, "models">,
    use: (image: string) => Promise<void>,
  ): Promise<void> {
    const folder = temporaryFolder();
    try {
      for (const [name, bytes] of models) writeFileSync(folder.path(name), bytes);
      await buildUefiImage(folder.path("disk.img"), { ...options, models: models.map(([name]) => folder.path(name)), listed: [] });
      await use(folder.path("disk.img"));
    } finally {
      folder.remove();
    }
  }

  for (const asFiles of [true, false]) {
    const kind = asFiles ? "files" : "partitions";
    it(`names what is wrong with models in ${kind}, asks again, and runs a good one`, { timeout: testLimit }, async () => {
      const models = [["good.tern", good] as const, ...damages.map(([name, bytes]) => [name, bytes] as const)];
      await withImage(models, { asFiles }, async (image) => {
        const prompt = `Model 1 to ${models.length}`;
        // The first answer comes before the time-out of the menu.
        const bad = damages.map(([, , file, partition], i) => [i + 2, asFiles ? file : partition] as const);
        const refused = bad.filter(([, code]) => code !== "");
        const text = await converse(image, [
          [prompt, "99\r"],
          ...refused.map(([number]) => [prompt, `${number}\r`] as const),
          [prompt, "1\r"],
          [">>> ", "/tokens 2\r"],
          [">>> ", "Once\r"],
          ["stop: length]", "/quit\r"],
        ]);
        assert.match(text, /^E3106 console: value missing or out of range$/m);
        for (const [number, code] of refused) {
          const name = damages[number - 2]?.[0] ?? "";
          assert.match(text, new RegExp(`^${code} .*\\(${name}\\)$`, "m"), `${name}: ${code}\n${text}`);
        }
        assert.match(
          text,
          /^1 {2}good\.tern \((file|partition)\): stories-1m, matmulfree, \d+\.\d M parameters, 0\.3 MiB, needs \d+\.\d MiB of memory, about \d+ tok\/s$/m,
        );
      });
    });
  }

  it("takes the first model when nobody answers", { timeout: testLimit }, async () => {
    const models = [
      ["a.tern", good],
      ["b.tern", good],
    ] as const;
    await withImage(models, {}, async (image) => {
      const text = await converse(image, [[">>> ", "/quit\r"]]);
      assert.match(text, /Model 1 to 2, or 1 after 5 s: 1\nTernel: stories-1m/);
    });
  });

  it("`ternel uefi` without a terminal: lines answer it when it waits, and without another line it ends with status 1", async () => {
    const { status, output } = await ternel(["uefi", "--kernel", "avx512"], { input: "1\n", limit: testLimit / 1000 });
    assert.equal(status, 1, output);
    const refusals = output.match(
      /E3107 console: not available on this platform \(the processor lacks the kernel in ternel\.txt\)/g,
    );
    assert.equal(refusals?.length, 2, output); // at the start, and the answer's
    assert.match(output, /^1 {2}stories-1m\.tern \(partition\): stories-1m, matmulfree, \d+\.\d M parameters, 0\.3 MiB\r?$/m);
  });

  it("says that there is no model, and looks again", { timeout: testLimit }, async () => {
    await withImage([], {}, async (image) => {
      const text = await converse(image, [
        ["Enter looks again: ", "\r"],
        ["Enter looks again: ", powerOff],
      ]);
      assert.match(text, /E1512 image: no model found\nEnter looks again: \nE1512/);
    });
  });
});

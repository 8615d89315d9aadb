// The UEFI application in QEMU: the reference's tokens and logits with one and two cores, with SSE4.1 and with AVX2; the same bytes from
// every build.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { defaultModel } from "../../../cli/options.ts";
import { projectRoot, uefiProgram } from "../../../cli/paths.ts";
import { openUefi } from "../../../cli/targets/uefi.ts";
import { buildUefiImage } from "../../../cli/uefi-image.ts";
import { readContainer, runReference } from "../../../models/index.ts";
import { temporaryFolder } from "../../../test/temporary-folder.ts";
import { skipWithout, uefiTools } from "../../../test/tools.ts";

const minutes = 60_000;

describe("the UEFI application", { skip: skipWithout(...uefiTools) }, () => {
  const request = { prompt: "Once upon a time", tokens: 64, temperature: 0, topP: 1000, seed: 1n };

  it("is the same, byte for byte, when it is built again elsewhere", { timeout: 5 * minutes }, () => {
    const build = (folder: string) => {
      const { status, stderr } = spawnSync("make", ["-s", `${folder}/bootx64.efi`, `UEFI=${folder}`], {
        cwd: projectRoot,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      return readFileSync(`${folder}/bootx64.efi`);
    };
    const folder = temporaryFolder();
    try {
      assert.deepEqual(build(folder.path("again")), build(uefiProgram.replace(/\/bootx64\.efi$/, "")));
    } finally {
      folder.remove();
    }
  });

  it("the same models give the same image, another model another one", { timeout: 5 * minutes }, async () => {
    const folder = temporaryFolder();
    try {
      const image = async (name: string, options: { asFiles?: boolean }) => {
        await buildUefiImage(folder.path(name), { models: [defaultModel()], ...options });
        return readFileSync(folder.path(name));
      };
      const first = await image("first.img", {});
      assert.ok(first.equals(await image("second.img", {})));
      assert.ok(!first.equals(await image("third.img", { asFiles: true })));
    } finally {
      folder.remove();
    }
    assert.ok(existsSync(uefiProgram));
  });

  for (const [cores, processor] of [
    [1, "max"],
    [2, "max"],
    [1, "Nehalem"],
    [2, "Nehalem"],
  ] as const) {
    it(`gives the reference's tokens and logits on ${cores} core(s) of ${processor}`, { timeout: 10 * minutes }, async () => {
      const expected = runReference(readContainer(readFileSync(defaultModel())), request);
      const target = await openUefi(defaultModel(), { cores, processor });
      const { tokens, text, stop, promptTokens, logitsHash } = await target.run(request).finally(target.close);
      assert.deepEqual({ tokens, text, stop, promptTokens, logitsHash }, expected);
    });
  }
});

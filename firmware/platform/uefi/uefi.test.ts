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
import { testLimit } from "./testing/conversation.ts";

describe("the UEFI application", { skip: skipWithout(...uefiTools) }, () => {
  const request = { prompt: "Once upon a time", tokens: 64, temperature: 0, topP: 1000, seed: 1n };

  it("is the same, byte for byte, when it is built again elsewhere", { timeout: testLimit }, () => {
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

  it("the same models give the same image, another model another one", { timeout: testLimit }, async () => {
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

  // A processor without AVX gets SSE4.1 by itself; one with AVX2 can be told to use less.
  const firstTokens: number[] = [];
  for (const [cores, processor, kernel, gets] of [
    [1, "max", undefined, "avx2"],
    [2, "max", undefined, "avx2"],
    [2, "Nehalem", undefined, "sse41"],
    [2, "max", "sse41", "sse41"],
    [1, "max", "cpu", "cpu"],
  ] as const) {
    const name = `${cores} core(s) of ${processor}${kernel === undefined ? "" : `, told to use ${kernel}`}`;
    it(`gives the reference's tokens and logits on ${name}`, { timeout: testLimit }, async () => {
      const expected = runReference(readContainer(readFileSync(defaultModel())), request);
      const target = await openUefi(defaultModel(), { cores, processor, ...(kernel === undefined ? {} : { kernel }) });
      const run = await target.run(request).finally(target.close);
      const { tokens, text, stop, promptTokens, logitsHash } = run;
      assert.deepEqual({ tokens, text, stop, promptTokens, logitsHash }, expected);
      assert.equal(run.kernel, gets);
      assert.deepEqual(Object.keys(run.boot ?? {}), ["firmware", "start", "find", "read", "verify", "repack", "token"]);
      firstTokens.push(run.firstTokenSeconds ?? NaN);
    });
  }

  it("makes a first token within a second of its start: the best of these boots", () => {
    assert.ok(Math.min(...firstTokens) < 1, `${firstTokens.join(", ")} s`);
  });

  it("says so when the processor lacks the instructions that it is told to use", { timeout: testLimit }, async () => {
    await assert.rejects(
      openUefi(defaultModel(), { kernel: "avx512" }),
      /console: not available on this platform \(the processor lacks the kernel in ternel\.txt\)/,
    );
  });
});

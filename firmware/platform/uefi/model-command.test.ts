// /model in QEMU: the list for programs and the way from one model to another and back, without a restart; a damaged one changes nothing.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { it } from "node:test";
import { defaultModel } from "../../../cli/options.ts";
import { runOnConsole } from "../../../cli/targets/console-target.ts";
import { openMachineSession, temporaryImage } from "../../../cli/targets/uefi.ts";
import { packModel, readContainer, runReference } from "../../../models/index.ts";
import { randomCheckpoint } from "../../../models/testing/random-model.ts";
import { temporaryFolder } from "../../../test/temporary-folder.ts";
import { skipWithout, uefiTools } from "../../../test/tools.ts";
import { testLimit } from "./testing/conversation.ts";

it(
  "/model lists the models and swaps them; each gives the reference's tokens",
  { skip: skipWithout(...uefiTools), timeout: testLimit },
  async () => {
    const folder = temporaryFolder();
    const shape = { dimension: 80, intermediate: 208, layers: 3, vocabulary: 331, tokenCount: 331, seed: 11n };
    const story = readFileSync(defaultModel());
    const random = packModel(randomCheckpoint(shape), { name: "random", calibrationTokens: 64 }).bytes;
    const files = [
      ["story.tern", story],
      ["random.tern", random],
      ["bit.tern", story.map((byte, i) => (i === story.length - 1000 ? byte ^ 4 : byte))],
    ] as const;
    for (const [name, bytes] of files) writeFileSync(folder.path(name), bytes);
    const { image, dispose } = await temporaryImage({ models: files.map(([name]) => folder.path(name)), listed: [] });
    const session = await openMachineSession(image);
    try {
      const check = async (bytes: Uint8Array): Promise<void> => {
        const request = { prompt: "a tale", tokens: 12, temperature: 900, topP: 950, seed: 3n };
        const { tokens, logitsHash } = await runOnConsole(session, "uefi", request);
        const expected = runReference(readContainer(bytes), request);
        assert.deepEqual({ tokens, logitsHash }, { tokens: expected.tokens, logitsHash: expected.logitsHash });
      };
      const list = async () => (await session.send("/model"))["models"] as Readonly<Record<string, unknown>>[];

      const first = await list();
      assert.deepEqual(
        first.map(({ number, label, kind, name, architecture, loaded }) => [number, label, kind, name, architecture, loaded]),
        [
          [1, "story.tern", "partition", "stories-1m", "matmulfree", true],
          [2, "random.tern", "partition", "random", "matmulfree", false],
          [3, "bit.tern", "partition", "stories-1m", "matmulfree", false],
        ],
      );
      for (const { parameters, fileBytes, memoryBytes, tenthsOfTokensPerSecond } of first) {
        assert.ok(Number(parameters) > 100_000 && Number(memoryBytes) > Number(fileBytes) && Number(tenthsOfTokensPerSecond) > 0);
      }
      await check(story);
      await session.send("/model 2");
      assert.deepEqual(
        (await list()).map(({ loaded }) => loaded),
        [false, true, false],
      );
      await check(random);
      await assert.rejects(session.send("/model 3"), /container: hash mismatch/);
      await assert.rejects(session.send("/model 4"), /console: value missing or out of range/);
      await check(random);
      await session.send("/model 1");
      await check(story);
    } finally {
      await session.close();
      dispose();
      folder.remove();
    }
  },
);

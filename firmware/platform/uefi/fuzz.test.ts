// What a PC's firmware may tell of its disks, made up and changed at random, under AddressSanitizer and UndefinedBehaviorSanitizer.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { QuickRandom } from "../../../models/testing/random-weights.ts";
import { temporaryFolder } from "../../../test/temporary-folder.ts";
import { buildNative, missingTools, projectRoot, runProgram, sanitized } from "../../engine/testing/native.ts";
import { testLimit } from "./testing/conversation.ts";

const directionBytes = 64; // as in fuzz/models.c

test("folders, files, partitions and settings of any kind", { skip: missingTools(), timeout: testLimit }, () => {
  buildNative();
  const folder = temporaryFolder();
  try {
    const seeds = Array.from({ length: 12 }, (_, i) => {
      const directions = new Int8Array(directionBytes);
      new QuickRandom(i + 1).fill(directions);
      const model = runProgram(join(sanitized, "ternel-tests"), ["--model", String(i + 1)]).output;
      writeFileSync(folder.path(String(i)), Buffer.concat([Buffer.from(directions.buffer), model]));
      return folder.path(String(i));
    });
    mkdirSync(join(projectRoot, "build/host/fuzz"), { recursive: true });
    const last = join(projectRoot, "build/host/fuzz/last-uefi-models");
    const { status, complaints } = runProgram(join(sanitized, "fuzz-uefi-models"), ["-runs=3000", `-last=${last}`, ...seeds], {
      seconds: 600,
    });
    assert.equal(status, 0, `${complaints}\nthe input is ${last}`);
  } finally {
    folder.remove();
  }
});

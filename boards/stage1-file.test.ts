import assert from "node:assert/strict";
import { test } from "node:test";
import { TernelError } from "../models/errors.ts";
import { configurations } from "./configuration.ts";
import { sealStage1 } from "./flash-image.ts";
import { stage1Header } from "./stage-header.ts";
import { readStage1, withSequence } from "./stage1-file.ts";

const payload = Uint8Array.from({ length: 1000 }, (_, i) => i * 13);
const sealed = sealStage1(configurations.arty, 0xcafe_f00d, payload, { sequence: 3 });

test("another sequence number gives what sealing with it gives", () => {
  assert.deepEqual(readStage1(sealed), { buildId: 0xcafe_f00d, sequence: 3 });
  assert.deepEqual(withSequence(sealed, 4), sealStage1(configurations.arty, 0xcafe_f00d, payload, { sequence: 4 }));
});

test("a damaged file has its error", () => {
  const codeOf = (change: (bytes: Uint8Array) => Uint8Array): string => {
    try {
      readStage1(change(Uint8Array.from(sealed)));
    } catch (error) {
      if (error instanceof TernelError) return error.error;
    }
    return "none";
  };
  const flip = (offset: number) => (bytes: Uint8Array) => {
    bytes[offset] = (bytes[offset] ?? 0) ^ 1;
    return bytes;
  };
  assert.equal(codeOf(flip(stage1Header.magic.offset)), "imageMagic");
  assert.equal(codeOf(flip(stage1Header.version.offset)), "imageVersion");
  assert.equal(codeOf(flip(stage1Header.length.offset)), "imageLength");
  assert.equal(codeOf(flip(stage1Header.sequence.offset)), "imageHash");
  assert.equal(codeOf(flip(500)), "imageHash");
  assert.equal(
    codeOf((bytes) => bytes.subarray(0, 500)),
    "imageLength",
  );
  assert.equal(
    codeOf((bytes) => bytes.subarray(0, 10)),
    "imageMagic",
  );
});

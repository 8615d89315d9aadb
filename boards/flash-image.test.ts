import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { TernelError, type ErrorName } from "../models/errors.ts";
import { configurations } from "./configuration.ts";
import { flashImage, sealStage1 } from "./flash-image.ts";
import { stage0Magic } from "./stage-header.ts";

const { arty } = configurations;
const build = 0x1234_5678;

function stage0(size = 32, id = build): Uint8Array {
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(4, stage0Magic, true);
  new DataView(bytes.buffer).setUint32(8, id, true);
  return bytes;
}

const payload = Uint8Array.from({ length: 100 }, (_, index) => index);

function refuses(error: ErrorName, action: () => unknown): void {
  assert.throws(action, (thrown) => thrown instanceof TernelError && thrown.error === error);
}

test("a sealed stage 1 has the documented header and hash", () => {
  const sealed = sealStage1(arty, build, payload);
  const view = new DataView(sealed.buffer);
  assert.equal(Buffer.from(sealed.subarray(0, 4)).toString(), "TRN1");
  assert.deepEqual(
    [4, 8, 12, 16].map((offset) => view.getUint32(offset, true)),
    [1, 128, build, 0x4000_0040],
  );
  assert.equal(view.getUint32(20, true), 0);
  const later = sealStage1(arty, build, payload, { sequence: 7 });
  assert.equal(new DataView(later.buffer).getUint32(20, true), 7);
  assert.notDeepEqual(later.subarray(32, 64), sealed.subarray(32, 64), "the hash covers the sequence number");
  assert.deepEqual(sealed.subarray(64, 164), payload);
  const hashed = Uint8Array.from(sealed);
  hashed.fill(0, 32, 64);
  assert.deepEqual(sealed.subarray(32, 64), new Uint8Array(createHash("sha256").update(hashed).digest()));
});

test("the parts lie where the map says, what is between them is erased", () => {
  const stage1 = sealStage1(arty, build, payload);
  const model = Uint8Array.of(1, 2, 3);
  const slotB = sealStage1(arty, build, payload, { sequence: 1 });
  const bitstream = Uint8Array.of(4, 5);
  const image = flashImage(arty, build, { bitstream, stage0: stage0(), slotA: stage1, slotB, model });
  const { map } = arty.flash;
  const parts = [
    [map.bitstream, bitstream],
    [map.stage0, stage0()],
    [map.slotA, stage1],
    [map.slotB, slotB],
    [map.model, model],
  ] as const;
  assert.equal(image.length, map.model.offset + model.length);
  for (const [{ offset }, part] of parts) {
    assert.deepEqual(image.subarray(offset, offset + part.length), part);
    image.fill(0xff, offset, offset + part.length);
  }
  assert.ok(image.every((byte) => byte === 0xff));
});

test("parts that are too large are refused, those that just fit are not", () => {
  const stage1 = sealStage1(arty, build, payload);
  const model = (bytes: number) => () => flashImage(arty, build, { stage0: stage0(), slotA: stage1, model: new Uint8Array(bytes) });
  assert.equal(model(arty.flash.map.model.bytes)().length, arty.flash.bytes);
  refuses("imageModelRegion", model(arty.flash.map.model.bytes + 1));
  refuses("imageStageSize", () => flashImage(arty, build, { stage0: stage0(64 * 1024 + 1), slotA: stage1 }));
  const bitstream = (bytes: number) => () =>
    flashImage(arty, build, { bitstream: new Uint8Array(bytes), stage0: stage0(), slotA: stage1 });
  assert.equal(bitstream(arty.flash.map.bitstream.bytes)().length, arty.flash.map.slotA.offset + stage1.length);
  refuses("imageBitstream", bitstream(arty.flash.map.bitstream.bytes + 1));
  const limit = arty.flash.map.slotA.bytes - 64;
  assert.equal(sealStage1(arty, build, new Uint8Array(limit)).length, arty.flash.map.slotA.bytes);
  refuses("imageStageSize", () => sealStage1(arty, build, new Uint8Array(limit + 1)));
  refuses("imageStageSize", () => sealStage1(arty, build, new Uint8Array(0)));
});

test("an entry point outside the payload or between instructions is refused", () => {
  for (const entry of [0x4000_0000, 0x4000_003c, 0x4000_0042, 0x4000_0040 + 100]) {
    refuses("imageEntry", () => sealStage1(arty, build, payload, { entry }));
  }
});

test("stages of another build, or without header, are refused", () => {
  const stage1 = sealStage1(arty, build, payload);
  refuses("imageBuild", () => flashImage(arty, build, { stage0: stage0(32, build + 1), slotA: stage1 }));
  refuses("imageBuild", () => flashImage(arty, build, { stage0: stage0(), slotA: sealStage1(arty, 1, payload) }));
  refuses("fileKind", () => flashImage(arty, build, { stage0: new Uint8Array(8), slotA: stage1 }));
  refuses("imageMagic", () => flashImage(arty, build, { stage0: stage0(), slotA: payload }));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { boards, configurations } from "./configuration.ts";
import { ecp5Bitstream, flashBlockBytes, flashMap, flashMapProblems, type FlashMap, type FlashRegion } from "./flash-map.ts";

const flashBytes = 16 * 1024 * 1024;

test("every configuration's map is sound and ends with the flash", () => {
  for (const { flash } of Object.values(configurations)) {
    assert.deepEqual(flashMapProblems(flash.map, flash.bytes), []);
    assert.equal(flash.map.model.offset + flash.map.model.bytes, flash.bytes);
  }
});

test("a flash without room for a model is refused", () => {
  assert.throws(() => flashMap(2 * 1024 * 1024, ecp5Bitstream), /model lies outside the flash/);
});

test("overlap, bounds and alignment are named", () => {
  const map = flashMap(flashBytes, ecp5Bitstream);
  const change = (name: keyof FlashMap, offset: number, bytes: number): string[] =>
    flashMapProblems({ ...map, [name]: { offset, bytes } }, flashBytes);
  const { stage0, slotA, model } = map;
  assert.deepEqual(change("stage0", stage0.offset, slotA.offset - stage0.offset + flashBlockBytes), ["stage0 overlaps slotA"]);
  assert.deepEqual(change("stage0", stage0.offset, slotA.offset - stage0.offset), [
    "stage0 and slotA have no free block between them",
  ]);
  assert.deepEqual(change("model", model.offset + flashBlockBytes, model.bytes), ["model lies outside the flash"]);
  assert.deepEqual(change("stage0", stage0.offset, 100), ["stage0 is not made of whole 65536-byte blocks"]);
  assert.deepEqual(change("bitstream", -flashBlockBytes, flashBlockBytes), ["bitstream lies outside the flash"]);
  assert.deepEqual(change("stage0", stage0.offset, 0), ["stage0 lies outside the flash"]);
});

test("a map has a problem exactly when two regions share a block, or stand without one between them, or one leaves the flash", () => {
  const blocks = 24;
  const names = ["bitstream", "stage0", "slotA", "slotB", "sessions", "model"] as const;
  const region = fc.record({ offset: fc.nat(blocks), bytes: fc.integer({ min: 1, max: 3 }) });
  fc.assert(
    fc.property(fc.tuple(region, region, region, region, region, region), (regions) => {
      // Every region takes its blocks and the free one behind it, which alone may lie outside the flash.
      const used = new Uint8Array(64);
      const count = (at: number): void => {
        used[at] = (used[at] ?? 0) + 1;
      };
      for (const { offset, bytes } of regions) for (let i = 0; i <= bytes; i++) count(offset + i);
      const inside = regions.every(({ offset, bytes }) => offset + bytes <= blocks);
      const sound = inside && used.every((times) => times <= 1);
      const scaled = regions.map(({ offset, bytes }) => ({ offset: offset * flashBlockBytes, bytes: bytes * flashBlockBytes }));
      const map = Object.fromEntries(names.map((name, i) => [name, scaled[i]])) as Record<keyof FlashMap, FlashRegion>;
      assert.equal(flashMapProblems(map, blocks * flashBlockBytes).length === 0, sound);
    }),
  );
});

test("every board's map leaves its bootloader alone and begins with what the FPGA loads", () => {
  for (const { bootloaderBytes, flash } of Object.values(boards)) {
    assert.equal(flash.map.bitstream.offset, bootloaderBytes);
    for (const { offset } of Object.values(flash.map)) assert.ok(offset >= bootloaderBytes);
  }
  assert.equal(boards.orangecrab.bootloaderBytes, 512 * 1024);
});

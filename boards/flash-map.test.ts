import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configurations } from "./configuration.ts";
import { flashMap, flashMapProblems, flashSectorBytes, type FlashMap } from "./flash-map.ts";

const flashBytes = 16 * 1024 * 1024;

test("every configuration's map is sound and ends with the flash", () => {
  for (const { flash } of Object.values(configurations)) {
    assert.deepEqual(flashMapProblems(flash.map, flash.bytes), []);
    assert.equal(flash.map.model.offset + flash.map.model.bytes, flash.bytes);
  }
});

test("a flash without room for a model is refused", () => {
  assert.throws(() => flashMap(512 * 1024), /model lies outside the flash/);
});

test("overlap, bounds and alignment are named", () => {
  const map = flashMap(flashBytes);
  const change = (name: keyof FlashMap, offset: number, bytes: number): string[] =>
    flashMapProblems({ ...map, [name]: { offset, bytes } }, flashBytes);
  assert.deepEqual(change("stage0", 0, map.stage0.bytes + flashSectorBytes), ["stage0 overlaps stage1"]);
  assert.deepEqual(change("model", map.model.offset + flashSectorBytes, map.model.bytes), ["model lies outside the flash"]);
  assert.deepEqual(change("stage0", 0, 100), ["stage0 is not made of whole 4096-byte sectors"]);
  assert.deepEqual(change("stage1", -flashSectorBytes, flashSectorBytes), ["stage1 lies outside the flash"]);
  assert.deepEqual(change("stage0", 0, 0), ["stage0 lies outside the flash"]);
});

test("a map has a problem exactly when two regions share a byte or one leaves the flash", () => {
  const sectors = 16;
  const region = fc.record({ offset: fc.nat(sectors), bytes: fc.integer({ min: 1, max: 6 }) });
  fc.assert(
    fc.property(region, region, region, (stage0, stage1, model) => {
      const used = new Uint8Array(64);
      for (const { offset, bytes } of [stage0, stage1, model])
        for (let i = 0; i < bytes; i++) used[offset + i] = (used[offset + i] ?? 0) + 1;
      const sound = used.every((count, sector) => count <= (sector < sectors ? 1 : 0));
      const scale = ({ offset, bytes }: { offset: number; bytes: number }) => ({ offset: offset * 4096, bytes: bytes * 4096 });
      const map = { stage0: scale(stage0), stage1: scale(stage1), model: scale(model) };
      assert.equal(flashMapProblems(map, sectors * 4096).length === 0, sound);
    }),
  );
});

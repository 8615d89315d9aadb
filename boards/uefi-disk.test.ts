import assert from "node:assert/strict";
import { test } from "node:test";
import { diskLayout, emitUefiDiskHeader, sectorsOf } from "./uefi-disk.ts";

const mebibyte = 1 << 20;

test("partitions follow each other at whole MiB, with room for the second table", () => {
  const layout = diskLayout([
    { name: "a.tern", bytes: 1 },
    { name: "b.tern", bytes: mebibyte },
    { name: "c.tern", bytes: mebibyte + 1 },
  ]);
  const all = [layout.system, ...layout.models];
  assert.deepEqual(
    all.map(({ offset, bytes }) => [offset / mebibyte, bytes / mebibyte]),
    [
      [1, 40],
      [41, 1],
      [42, 1],
      [43, 2],
    ],
  );
  assert.equal(layout.bytes, 46 * mebibyte);
  assert.deepEqual(sectorsOf(layout.system), [2048, 83967]);
});

test("an empty file has a partition as well, for a partition has at least one sector", () => {
  const layout = diskLayout([
    { name: "empty.tern", bytes: 0 },
    { name: "b.tern", bytes: 1 },
  ]);
  assert.deepEqual(
    layout.models.map(({ offset, bytes }) => [offset / mebibyte, bytes / mebibyte]),
    [
      [41, 1],
      [42, 1],
    ],
  );
});

test("files make the system partition larger; names are plain and at most 36 characters", () => {
  assert.equal(diskLayout([], 3 * mebibyte).system.bytes, 43 * mebibyte);
  const [model] = diskLayout([{ name: `${"é".repeat(40)}.tern`, bytes: 1 }]).models;
  assert.equal(model?.name, "_".repeat(36));
});

test("the C header has the type GUID as a structure", () => {
  assert.match(emitUefiDiskHeader(), /\{0x7e1a3c52, 0x9b0d, 0x4f6e, \{0x8a, 0x41, 0x54, 0xc2, 0xd7, 0xe9, 0xb3, 0x60\}\}\n/);
});
